"""The sandbox host put together: one WSGI application that answers for several hosts, picked by the Host header."""

from collections.abc import Iterable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

from flask import Flask, Response

from tests.sandbox.clock import SandboxClock
from tests.sandbox.reading import ReadingMeter, attach
from tests.sandbox.settings import SandboxSettings
from tests.sandbox.shopify import bulk_files
from tests.sandbox.shopify.admin import bulk
from tests.sandbox.shopify.admin.state import state_of
from tests.sandbox.shopify.world import World
from tests.sandbox.vendors import twilio as twilio_api
from tests.sandbox.vendors.inbox import Inbox
from tests.sandbox.vendors.twilio_network import TwilioStandIn

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    from tests.sandbox.shopify.webhooks import WebhookSender

# Loaded by name, since each of them knows the Sandbox below.
SHOP_MODULES = ("tests.sandbox.shopify.admin_api", "tests.sandbox.shopify.oauth")
PEOPLE_MODULES = (
    "tests.sandbox.browser.landing",
    "tests.sandbox.browser.storefront",
    "tests.sandbox.browser.checkout",
    "tests.sandbox.browser.admin_shell",
    "tests.sandbox.browser.cdn",
    "tests.sandbox.browser.inbox",
    "tests.sandbox.browser.clock_page",
    "tests.sandbox.shopify.control",
    "tests.sandbox.vendors.control",
)
LOOPBACK_NAMES = {"127.0.0.1", "localhost", "[::1]"}


@dataclass(frozen=True)
class Sandbox:
    """What every part of a running sandbox shares."""

    settings: SandboxSettings
    clock: SandboxClock
    world: World
    sender: "WebhookSender"
    twilio: TwilioStandIn
    inbox: Inbox


def create_app(sandbox: Sandbox) -> Flask:
    """Return the host: pages for people on loopback names, stand-ins for the vendors' own names.

    A name for which there is no stand-in is answered 421, so that a request that was meant for a vendor is
    never taken for a page.
    """
    people = build_host("people", sandbox, PEOPLE_MODULES)
    shop = build_host("shop", sandbox, SHOP_MODULES)
    attach(ReadingMeter(state_of(sandbox.world).bulk), shop=shop, people=people)
    vendors: dict[str, WSGIApplication] = {
        sandbox.settings.shop_domain: shop.wsgi_app,
        twilio_api.HOST: twilio_api.create_host(sandbox).wsgi_app,
        bulk.HOST: bulk_files.create_host(sandbox).wsgi_app,
    }
    own = {*LOOPBACK_NAMES, sandbox.settings.host}
    # Flask documents wrapping wsgi_app; mypy sees a method there.
    people.wsgi_app = HostRouting(people.wsgi_app, vendors, own=own)  # type: ignore[method-assign]  # see above
    return people


def build_host(name: str, sandbox: Sandbox, modules: Iterable[str]) -> Flask:
    """Return a Flask application with the blueprints of the modules, each made by its `blueprint(sandbox)`."""
    app = Flask(f"tests.sandbox.{name}", static_folder=None)
    app.config["TEMPLATES_AUTO_RELOAD"] = False
    for module in modules:
        app.register_blueprint(import_module(module).blueprint(sandbox))
    return app


class HostRouting:
    """WSGI middleware: hands each request to the application of the host it names."""

    def __init__(self, people: "WSGIApplication", vendors: "dict[str, WSGIApplication]", *, own: set[str]) -> None:
        self._people = people
        self._vendors = vendors
        self._own = own

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer one request."""
        host = _host_name(environ)
        if host in self._vendors:
            return self._vendors[host](environ, start_response)
        if host in self._own:
            return self._people(environ, start_response)
        refusal = Response(f"The sandbox has no stand-in for {host}.\n", status=421, mimetype="text/plain")
        return refusal(environ, start_response)


def _host_name(environ: "WSGIEnvironment") -> str:
    host = str(environ.get("HTTP_HOST") or environ.get("SERVER_NAME", "")).lower()
    name, colon, port = host.rpartition(":")
    return name if colon and port.isdigit() else host
