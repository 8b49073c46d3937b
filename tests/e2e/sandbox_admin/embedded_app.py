"""A very small embedded app, as Shopify's rules want one: the other side of the admin shell in these tests."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from flask import Flask, Response, jsonify, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from tests.sandbox.clock import SandboxClock
from tests.sandbox.settings import SandboxSettings
from tests.sandbox.shopify.signing import TokenRefused, read_jwt

COMPONENTS = Path(__file__).parents[2] / "sandbox/browser/standins/components.html"
PICTURE = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 60 60"><rect width="60" height="60" fill="#f3d9b1"/></svg>'
)
RETRY = {"X-Shopify-Retry-Invalid-Session-Request": "1"}
NAV = """
<s-app-nav>
  <s-link href="/" rel="home">Home</s-link><s-link href="/offers">Offers</s-link>
  <s-link href="/components">Components</s-link>
</s-app-nav>
"""


@dataclass
class EmbeddedApp:
    """The app and what it saw; `policy` makes its framing headers, `refuse_next` spoils one fetch."""

    settings: SandboxSettings
    clock: SandboxClock
    documents: list[dict[str, Any]] = field(default_factory=list)
    fetches: list[dict[str, Any]] = field(default_factory=list)
    forms: list[dict[str, list[str]]] = field(default_factory=list)
    refuse_next: int = 0
    reauthorize: str | None = None
    policy: Callable[[], dict[str, str]] | None = None

    def flask(self) -> Flask:
        app = Flask("tests.e2e.embedded_app", static_folder=None)
        bodies = {"/": HOME, "/offers": OFFERS, "/components": COMPONENTS.read_text(encoding="utf-8")}
        for path, body in bodies.items():
            app.add_url_rule(path, path, partial(self._document, body))
        app.get("/auth/session-token")(self._bounce)
        app.post("/api/offers")(self._save)
        app.get("/api/me")(self._me)
        app.add_url_rule("/picture.svg", "picture", lambda: Response(PICTURE, mimetype="image/svg+xml"))
        return app

    def _claims(self, token: str | None) -> dict[str, Any] | None:
        try:
            claims = read_jwt(self.settings.client_secret, token or "")
        except TokenRefused:
            return None
        now = self.clock.now().timestamp()
        return claims if claims["exp"] > now - 10 and claims["aud"] == self.settings.client_id else None

    def _document(self, body: str) -> AnyResponse:
        if request.method == "HEAD":
            return self._framed(Response())
        claims = self._claims(request.args.get("id_token"))
        self.documents.append({"path": request.path, "query": request.args.to_dict(), "has_token": claims is not None})
        if claims is None:
            rest = {name: value for name, value in request.args.items() if name != "id_token"}
            target = request.path + (f"?{urlencode(rest)}" if rest else "")
            return redirect(f"/auth/session-token?{urlencode({**rest, 'shopify-reload': target})}", code=302)
        return self._page(NAV + body)

    def _bounce(self) -> AnyResponse:
        script = f"{self.settings.origin}/cdn/shopifycloud/app-bridge.js"
        html = f'<!doctype html><script data-api-key="{self.settings.client_id}" src="{script}"></script>'
        return self._framed(Response(html, mimetype="text/html"))

    def _page(self, body: str) -> Response:
        cdn = f"{self.settings.origin}/cdn/shopifycloud"
        html = f"""<!doctype html><html lang="en-GB"><head><meta charset="utf-8"><title>{request.path} page</title>
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="shopify-api-key" content="{self.settings.client_id}">
            <script src="{cdn}/app-bridge.js"></script><script src="{cdn}/polaris-1.js"></script></head>
            <body>{body}</body></html>"""
        return self._framed(Response(html, mimetype="text/html"))

    def _framed(self, response: Response) -> Response:
        origin = self.settings.origin
        ancestors = f"https://{self.settings.shop_domain} https://admin.shopify.com {origin}"
        # As strict as the app's own pages may get: no inline script, no inline style.
        policy = f"default-src 'self'; script-src {origin}; img-src 'self' {origin}; frame-ancestors {ancestors}"
        response.headers.update(self.policy() if self.policy else {"Content-Security-Policy": policy})
        return response

    def _me(self) -> AnyResponse:
        header = request.headers.get("Authorization", "")
        claims = self._claims(header.removeprefix("Bearer "))
        self.fetches.append({"path": request.path, "jti": claims and claims["jti"], "header": header})
        if self.reauthorize:
            headers = {"X-Shopify-API-Request-Failure-Reauthorize-Url": self.reauthorize}
            return Response("{}", status=401, headers=headers, mimetype="application/json")
        if claims is None or self.refuse_next > 0:
            self.refuse_next -= 1
            return Response("{}", status=401, headers=RETRY, mimetype="application/json")
        return jsonify(claims)

    def _save(self) -> AnyResponse:
        header = request.headers.get("Authorization", "")
        if self._claims(header.removeprefix("Bearer ")) is None or self.refuse_next > 0:
            self.refuse_next -= 1
            return Response("{}", status=401, headers=RETRY, mimetype="application/json")
        self.forms.append({name: request.form.getlist(name) for name in request.form})
        return jsonify(saved=json.dumps(self.forms[-1]))


HOME = """
<s-page heading="Home">
  <s-section heading="Start">
    <s-paragraph>Welcome.</s-paragraph>
    <s-link href="/offers?tab=live" id="plain-link">Offers</s-link>
    <s-link href="shopify://admin/products" id="to-products">Products in the admin</s-link>
    <a href="/offers" id="anchor">Offers by a plain anchor</a>
  </s-section>
</s-page>
"""
OFFERS = """
<s-page heading="Offers">
  <s-section heading="Offer">
    <form id="offer" data-save-bar data-discard-confirmation>
      <s-stack gap="base">
        <s-text-field label="Name" name="title" value="Candles"></s-text-field>
        <s-checkbox label="Live" name="live"></s-checkbox>
      </s-stack>
    </form>
    <ui-save-bar id="bar">
      <button variant="primary" id="bar-save"></button><button id="bar-discard"></button>
    </ui-save-bar>
    <s-modal id="question" heading="Sure?"><s-paragraph>Think again.</s-paragraph></s-modal>
  </s-section>
</s-page>
"""
