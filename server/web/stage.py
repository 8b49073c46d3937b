"""The stage of the preview: a page without an origin and without the network, which runs the one-click page's script.

`extension/preview` builds its files. It holds nothing of any shop: what is shown comes by message from the admin's page
around it.
"""

import json
from collections.abc import Mapping
from pathlib import Path

from flask import Blueprint, current_app, render_template
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from server.web.guards import runtime
from server.web.headers import isolate
from server.web.session import framing_shop

FOLDER = "preview"  # within the static files
_PARTS = frozenset({"stage.js", "stage.css", "worker.js", "page.js"})


def register(blueprint: Blueprint) -> None:
    """Add the stage to a public blueprint: a frame cannot send the token that would prove whose it is."""

    @blueprint.get("/previews/stage")
    def stage() -> Response:
        parts = built_parts()
        if parts is None:
            raise NotFound("The preview was not built.")
        response = Response(render_template("stage.html", parts=parts), content_type="text/html; charset=utf-8")
        return isolate(response, runtime().settings, shop_domain=framing_shop())


def built_parts() -> Mapping[str, str] | None:
    """Return the built files' names within the static files, by what they are; None where any is missing."""
    folder = Path(current_app.static_folder or "") / FOLDER
    try:
        names = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    is_whole = (
        isinstance(names, dict)
        and set(names) == _PARTS
        and all((folder / str(name)).is_file() for name in names.values())
    )
    return {part: f"{FOLDER}/{name}" for part, name in names.items()} if is_whole else None
