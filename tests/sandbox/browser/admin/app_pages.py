"""The app in the admin: its grant screen, its frame, and the end of it."""

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from tests.sandbox.browser.admin import scopes
from tests.sandbox.browser.admin.frame import Frame
from tests.sandbox.browser.admin.launch import Launcher
from tests.sandbox.shopify.oauth import install, uninstall


def add_app_pages(pages: Blueprint, frame: Frame, launcher: Launcher) -> None:
    """Add `/apps/<handle>/…`, `/install` and `/uninstall`."""
    sandbox, app = frame.sandbox, frame.app
    base = f"/apps/{app.handle}"

    @pages.get(base, defaults={"path": ""}, strict_slashes=False)
    @pages.get(f"{base}/<path:path>")
    def app_frame(path: str) -> str:
        wanted = _path_in_app(path)
        granted = scopes.granted(sandbox)
        missing = [scope for scope in app.scopes if scope not in granted]
        if not granted or missing:
            return frame.show(
                "grant.html",
                is_update=bool(granted),
                asked=[(scope, scopes.describe(scope)) for scope in (missing if granted else app.scopes)],
                path=wanted,
            )
        return frame.show(
            "app.html",
            source=launcher.address(wanted),
            path=wanted,
            base=url_for("admin.app_frame").rstrip("/"),
            settings=sandbox.settings,
        )

    @pages.post("/install")
    def grant() -> Response:
        before = scopes.granted(sandbox)
        if before:
            scopes.change(sandbox, tuple(dict.fromkeys((*before, *app.scopes))))
        else:
            install(sandbox.world, sandbox.settings.client_id, app.scopes, sandbox.settings.app_origin)
        path = _path_in_app(request.form.get("path", ""))
        return redirect(url_for("admin.app_frame").rstrip("/") + path, code=303)

    @pages.post("/uninstall")
    def remove() -> Response:
        if scopes.granted(sandbox):
            uninstall(sandbox.world, sandbox.sender, sandbox.settings.client_id)
        return redirect(url_for("admin.apps", done="uninstalled"), code=303)


def _path_in_app(path: str) -> str:
    # One slash in front, whatever came: two would name another host.
    query = request.query_string.decode() if request.method == "GET" else ""
    return "/" + path.lstrip("/") + (f"?{query}" if query else "")
