"""The one-click page: serves the worker and the real bundle, and answers the bundle's calls to the platform."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from tests.sandbox.browser.block_place import drawer_context, network_of
from tests.sandbox.browser.checkouts import Checkout, Checkouts
from tests.sandbox.browser.input_data import RENDER, InitialPurchase, PurchaseLine, make_input_data
from tests.sandbox.browser.shopside import Shopside
from tests.sandbox.shopify.changeset_faults import OUTCOMES, ForcedOutcomes
from tests.sandbox.shopify.changesets import Changesets, NoAnswer
from tests.sandbox.shopify.switches import switches_of
from tests.sandbox.shopify.world import World

_HOST_FOLDER = Path(__file__).with_name("dist")
_HOST_SCRIPTS = frozenset({"worker.js", "checkout.js", "post_purchase.js", "block_worker.js", "block.js"})
_NOT_BUILT = "not built: run `npm ci && npm run build` in tests/sandbox/browser\n"


def add_routes(pages: Blueprint, sandbox: Shopside) -> None:
    """Add the page, its scripts, its two changeset calls and the JSON control of their outcomes."""
    forced = ForcedOutcomes()
    _add_scripts(pages, sandbox)
    _add_page(pages, sandbox)
    _add_changesets(pages, sandbox, forced)
    _add_control(pages, forced)


def _add_scripts(pages: Blueprint, sandbox: Shopside) -> None:
    @pages.get("/checkout/host/<name>")
    def host_script(name: str) -> Response:
        if name not in _HOST_SCRIPTS:
            return Response("no such script\n", 404, mimetype="text/plain")
        return _script(_HOST_FOLDER / name, Response(_NOT_BUILT, 503, mimetype="text/plain"))

    @pages.get("/checkout/extension/post-purchase.js")
    def extension_bundle() -> Response:
        return _script(sandbox.settings.bundle_path, Response("EXTENSION_NOT_FOUND\n", 404, mimetype="text/plain"))

    @pages.get("/checkout/extension/thank-you.js")
    def block_bundle() -> Response:
        return _script(sandbox.settings.block_path, Response("EXTENSION_NOT_FOUND\n", 404, mimetype="text/plain"))


def _script(path: Path, otherwise: Response) -> Response:
    try:
        response = Response(path.read_bytes(), mimetype="text/javascript")
    except FileNotFoundError:
        return otherwise
    return not_kept(response)  # a rebuilt bundle must be the one that runs


def _add_page(pages: Blueprint, sandbox: Shopside) -> None:
    checkouts = Checkouts(sandbox.world)

    @pages.get("/checkout/<token>/post-purchase")
    def post_purchase(token: str) -> AnyResponse:
        checkout = checkouts.find(token)
        if checkout is None or checkout.order_id is None:
            return redirect(url_for("checkout.checkout_page", token=token), 303)
        if checkout.stage != "post_purchase":
            return redirect(url_for("checkout.thank_you", token=token), 303)
        page = render_template(
            "store/post_purchase.html",
            token=token,
            input_data=make_input_data(
                sandbox.world,
                target=RENDER,
                purchase=_placed(sandbox.world, checkout),
                secret=sandbox.settings.client_secret,
                now=sandbox.clock.now(),
            ),
            # With Shop Pay the page does not see what ShouldRender stored.
            storage_forgotten=checkout.form.payment == "shop_pay",
            outcomes=OUTCOMES,
            network=network_of(sandbox, switches_of(sandbox.world)),
            **drawer_context(sandbox),
        )
        return not_kept(Response(page))


def not_kept(response: Response) -> Response:
    """Return the response, never to be shown from a cache: going back must show where the purchase stands."""
    response.cache_control.no_store = True
    return response


def _placed(world: World, checkout: Checkout) -> InitialPurchase:
    with world.read() as connection:
        order = connection.execute("SELECT * FROM orders WHERE id = ?", (checkout.order_id,)).fetchone()
        lines = connection.execute(
            "SELECT l.*, p.selling_plan_id FROM order_line l LEFT JOIN order_line_plan p ON p.line_id = l.id"
            " WHERE l.order_id = ? AND l.added_by_edit IS NULL ORDER BY l.id",
            (order["id"],),
        ).fetchall()
    return InitialPurchase(
        reference_id=checkout.token,
        customer_id=order["customer_id"],
        country_code=checkout.form.country,
        locale=order["customer_locale"],
        total=order["original_total"] or order["total"],
        lines=[
            PurchaseLine(
                row["variant_id"],
                row["quantity"],
                row["price"] * row["quantity"] - row["discount"],
                row["selling_plan_id"],
            )
            for row in lines
        ],
    )


def _add_changesets(pages: Blueprint, sandbox: Shopside, forced: ForcedOutcomes) -> None:
    checkouts = Checkouts(sandbox.world)
    changesets = Changesets(sandbox.world, sandbox.sender, sandbox.settings, forced)

    @pages.errorhandler(NoAnswer)
    def no_answer(_: NoAnswer) -> AnyResponse:
        return Response("the platform did not answer\n", 503, mimetype="text/plain")

    @pages.post("/checkout/<token>/changesets/calculate")
    def calculate_changeset(token: str) -> Response:
        body = _body()
        if "token" in body:
            return jsonify(changesets.calculate_signed(token, body["token"]))
        return jsonify(changesets.calculate(token, body.get("changes")))

    @pages.post("/checkout/<token>/changesets/apply")
    def apply_changeset(token: str) -> Response:
        body = _body()
        checkout = checkouts.find(token)
        return jsonify(
            changesets.apply(
                token,
                body.get("token"),
                buyer_consents=body.get("buyer_consent") is True,
                card_refuses=checkout is not None and checkout.form.refuse_later,
            )
        )


def _add_control(pages: Blueprint, forced: ForcedOutcomes) -> None:
    @pages.route("/sandbox/api/next-changeset", methods=["POST", "DELETE"])
    def next_changeset() -> Response | tuple[Response, int]:
        if request.method == "DELETE":
            forced.clear()
            return jsonify(said="No answer is forced any more.")
        body = _body()
        call, outcome = str(body.get("on", "apply")), str(body.get("outcome"))
        checkout_token = body.get("checkout_token")
        try:
            forced.add(checkout_token=str(checkout_token) if checkout_token else None, call=call, outcome=outcome)
        except ValueError as error:
            return jsonify(error={"code": "invalid", "message": str(error)}), 422
        return jsonify(said=f"The next {call}Changeset answers “{outcome.replace('_', ' ')}”.")


def _body() -> Mapping[str, Any]:
    body = request.get_json(force=True, silent=True)
    return body if isinstance(body, dict) else {}
