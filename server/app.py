"""Makes the web application: runtime, routes behind their guards, errors, headers."""

from pathlib import Path

from flask import Flask
from jinja2 import StrictUndefined

from server.runtime import Runtime
from server.web import health, links, post_purchase, receipts
from server.web.errors import register_errors
from server.web.guards import MAX_BODY, refuse_control_characters
from server.web.headers import register_headers
from server.web.intake import Intake
from server.web.pages import register_pages

_ROOT = Path(__file__).parents[1]


def create_app(runtime: Runtime) -> Flask:
    """Return the application for one runtime; several may live in one process."""
    app = Flask(
        "afters",
        template_folder=str(_ROOT / "templates"),
        static_folder=str(_ROOT / "server" / "static"),
        static_url_path="/static",
    )
    app.extensions["afters"] = runtime
    app.jinja_env.undefined = StrictUndefined
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY
    app.before_request(refuse_control_characters)
    for part in (health, receipts, post_purchase, links):
        app.register_blueprint(part.blueprint())
    register_pages(app)
    register_errors(app)
    register_headers(app, runtime.settings)
    app.wsgi_app = Intake(app.wsgi_app, runtime)  # type: ignore[method-assign]  # as Flask's documentation has it
    return app
