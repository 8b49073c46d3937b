"""Makes the web application: runtime, routes behind their guards, errors, headers."""

from multiprocessing.util import Finalize
from pathlib import Path

from flask import Flask
from jinja2 import StrictUndefined

from server.bootstrap import configure_logging, make_runtime
from server.config import read_settings
from server.runtime import Runtime
from server.web import (
    blocks,
    health,
    installing,
    links,
    offer_links,
    policy,
    post_purchase,
    receipts,
    rule_schema,
    told_facts,
)
from server.web.errors import register_errors
from server.web.guards import MAX_BODY, refuse_control_characters
from server.web.headers import register_headers
from server.web.intake import Intake
from server.web.limits import Limits
from server.web.pages import register_pages
from server.web.requests import register_requests

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
    app.extensions["afters_limits"] = Limits(runtime.clock)
    app.jinja_env.undefined = StrictUndefined
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY
    register_requests(app)
    app.before_request(refuse_control_characters)
    app.register_blueprint(health.blueprint(runtime))
    for part in (receipts, post_purchase, blocks, offer_links, links, policy, rule_schema, installing, told_facts):
        app.register_blueprint(part.blueprint())
    if runtime.settings.metrics_token:
        from server.web import metrics  # noqa: PLC0415 - its library is loaded only where there are metrics

        metrics.register_metrics(app)
    register_pages(app)
    register_errors(app)
    register_headers(app, runtime.settings)
    app.wsgi_app = Intake(app.wsgi_app, runtime)  # type: ignore[method-assign]  # as Flask's documentation has it
    return app


def make_app() -> Flask:
    """Make the application inside a web process; its databases are let go after the last request."""
    settings = read_settings()
    configure_logging(is_json=settings.is_json_log, error_hook=settings.error_hook)
    runtime = make_runtime(settings)
    Finalize(None, runtime.close, exitpriority=10)
    return create_app(runtime)
