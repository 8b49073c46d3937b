"""JSON control of the platform's switches, and the answers that stand in for a server in trouble."""

from flask import Blueprint, Response, jsonify, request

from tests.sandbox.browser.block_place import network_of
from tests.sandbox.browser.shopside import Shopside
from tests.sandbox.shopify.placed_blocks import place_blocks, read_placed
from tests.sandbox.shopify.switches import Switches, reset_switches, set_switches, switches_of

_Answer = Response | tuple[Response, int]
_CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Headers": "Authorization, Content-Type",
    "Access-Control-Allow-Methods": "GET, POST, OPTIONS",
}


def add_routes(pages: Blueprint, sandbox: Shopside) -> None:
    """Add `/sandbox/api/switches`, `/sandbox/api/placed-blocks` and `/sandbox/weather/<kind>`."""
    _add_switches(pages, sandbox)
    _add_places(pages, sandbox)
    _add_weather(pages)


def _add_switches(pages: Blueprint, sandbox: Shopside) -> None:
    world = sandbox.world

    def shown(switches: Switches) -> Response:
        return jsonify(switches=switches.as_json(), network=network_of(sandbox, switches))

    @pages.get("/sandbox/api/switches")
    def show_switches() -> Response:
        return shown(switches_of(world))

    @pages.post("/sandbox/api/switches")
    def change_switches() -> _Answer:
        """Set the switches of the body's names; what an order was late with goes out when it no longer is."""
        body = request.get_json(force=True, silent=True)
        if not isinstance(body, dict):
            return _refused("the body must be a JSON object")
        was_late = switches_of(world).is_order_late
        try:
            switches = set_switches(world, body)
        except ValueError as error:
            return _refused(str(error))
        _hold_or_release(sandbox, switches, was_late=was_late)
        return shown(switches)

    @pages.delete("/sandbox/api/switches")
    def default_switches() -> Response:
        was_late = switches_of(world).is_order_late
        switches = reset_switches(world)
        _hold_or_release(sandbox, switches, was_late=was_late)
        return shown(switches)


def _hold_or_release(sandbox: Shopside, switches: Switches, *, was_late: bool) -> None:
    if switches.is_order_late and not was_late:
        sandbox.sender.hold()
    elif was_late and not switches.is_order_late:
        sandbox.sender.release()


def _add_places(pages: Blueprint, sandbox: Shopside) -> None:
    world = sandbox.world

    @pages.route("/sandbox/api/placed-blocks", methods=["GET", "POST"])
    def placed_blocks() -> _Answer:
        """Show or set, as a list, the targets where the merchant has placed the app's block."""
        if request.method == "POST":
            targets = request.get_json(force=True, silent=True)
            if not isinstance(targets, list) or not all(isinstance(each, str) for each in targets):
                return _refused("the body must be a list of targets")
            try:
                place_blocks(world, targets)
            except ValueError as error:
                return _refused(str(error))
        return jsonify(sorted(read_placed(world)))


def _add_weather(pages: Blueprint) -> None:
    @pages.route("/sandbox/weather/<kind>", methods=["GET", "POST", "OPTIONS"])
    def weather(kind: str) -> Response:
        """Answer in the place of the app's server, which has failed."""
        if kind == "server_error":
            return Response('{"error": "internal"}', 500, _CORS, mimetype="application/json")
        if kind == "html":
            return Response("<!doctype html><title>Sign in</title><p>Please sign in.", 200, _CORS, mimetype="text/html")
        if kind == "wrong_cors":
            return Response("{}", 200, mimetype="application/json")  # the browser keeps it from the extension
        return Response("no such weather\n", 404, mimetype="text/plain")


def _refused(message: str) -> _Answer:
    return jsonify(error={"code": "invalid", "message": message}), 422
