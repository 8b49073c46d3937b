"""The checkout: one page that becomes an order, and the way on to the one-click page or the thank-you page."""

from flask import Blueprint, Response, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from tests.sandbox.browser import block_pages, checkout_api, post_purchase_host, switchboard, thank_you
from tests.sandbox.browser.block_place import drawer_context, network_of
from tests.sandbox.browser.buyers import PRESETS, NoSuchBuyer, buyer
from tests.sandbox.browser.checkout_form import COUNTRIES, PAYMENTS, form_of, read_form
from tests.sandbox.browser.checkouts import Checkout, Checkouts
from tests.sandbox.browser.money_text import money_text
from tests.sandbox.browser.paying import NotPaid, Paying
from tests.sandbox.browser.shopside import Shopside
from tests.sandbox.shopify.changeset_faults import OUTCOMES
from tests.sandbox.shopify.money import RATES
from tests.sandbox.shopify.orders import CheckoutRefused, Quote, quote
from tests.sandbox.shopify.switches import switches_of

FIRST_CURRENCIES = ("GBP", "EUR", "USD")


def blueprint(sandbox: Shopside) -> Blueprint:
    """Return `/checkout`, the one-click page and its calls, the order's two pages, and the switches of all of them."""
    pages = Blueprint("checkout", __name__, template_folder="templates")
    _add_page(pages, sandbox)
    _add_pay(pages, sandbox)
    post_purchase_host.add_routes(pages, sandbox)
    thank_you.add_routes(pages, sandbox)
    block_pages.add_routes(pages, sandbox)
    switchboard.add_routes(pages, sandbox)
    checkout_api.add_routes(pages, sandbox)
    return pages


def next_page(checkout: Checkout) -> str:
    """Return where a buyer who has paid goes."""
    target = "checkout.post_purchase" if checkout.stage == "post_purchase" else "checkout.thank_you"
    return url_for(target, token=checkout.token)


def _add_page(pages: Blueprint, sandbox: Shopside) -> None:
    world = sandbox.world
    checkouts = Checkouts(world)

    @pages.get("/checkout/<token>")
    def checkout_page(token: str) -> AnyResponse | tuple[str, int]:
        checkout = checkouts.find(token)
        if checkout is None:
            return missing()
        if checkout.order_id is not None:
            return redirect(next_page(checkout), 303)
        preset = request.args.get("buyer")
        note = None
        if preset in PRESETS:
            try:
                with world.read() as connection:
                    person = buyer(connection, preset, token)
            except NoSuchBuyer:
                note = "This shop has no such customer."
            else:
                checkout = checkouts.with_form(checkout, form_of(person, checkout.form))
                checkouts.save_draft(checkout)
        return post_purchase_host.not_kept(Response(page_of(sandbox, checkout, note=note)))

    @pages.post("/checkout/<token>/draft")
    def draft(token: str) -> Response | tuple[Response, int]:
        checkout = checkouts.find(token)
        if checkout is None or checkout.order_id is not None:
            return jsonify(error={"code": "not_open", "message": "There is no open checkout here."}), 409
        checkout = checkouts.with_form(checkout, read_form(request.form))
        checkouts.save_draft(checkout)
        paying = Paying(sandbox)
        try:
            priced = paying.quote(checkout)
        except CheckoutRefused as refusal:
            return jsonify(error={"code": refusal.code, "message": str(refusal)}), 422
        return jsonify(
            summary_html=_summary(checkout, priced),
            total=money_text(priced.total, checkout.form.presentment_currency, checkout.form.rate),
            ask_again_on=f"{priced.total}|{checkout.form.presentment_currency}|{checkout.form.country}",
            **paying.offer_to_load(checkout, priced, is_first_run=bool(request.form.get("first_run"))),
        )


def _add_pay(pages: Blueprint, sandbox: Shopside) -> None:
    checkouts = Checkouts(sandbox.world)
    paying = Paying(sandbox)

    @pages.post("/checkout/<token>/pay")
    def pay(token: str) -> AnyResponse | str | tuple[str | Response, int]:
        wants_json = request.accept_mimetypes.best == "application/json"
        checkout = checkouts.find(token)
        if checkout is None:
            return missing()
        if checkout.order_id is None:
            checkout = checkouts.with_form(checkout, read_form(request.form))
            checkouts.save_draft(checkout)
            try:
                checkout = paying.pay(checkout, request.form.get("should_render"))
            except NotPaid as refusal:
                if wants_json:
                    return jsonify(errors=refusal.errors), 422
                return page_of(sandbox, checkout, errors=refusal.errors), 422
        if wants_json:
            return jsonify(next=next_page(checkout)), 200
        return redirect(next_page(checkout), 303)


def page_of(
    sandbox: Shopside, checkout: Checkout, *, errors: dict[str, str] | None = None, note: str | None = None
) -> str:
    """Return the checkout page, or one that says why this cart cannot be sold."""
    try:
        with sandbox.world.read() as connection:
            priced = quote(connection, checkout.state())
    except CheckoutRefused as refusal:
        return render_template("store/pay_missing.html", heading="This basket cannot be bought", words=str(refusal))
    return render_template(
        "store/checkout.html",
        token=checkout.token,
        form=checkout.form,
        needs_shipping=checkout.needs_shipping,
        errors=errors or {},
        note=note,
        countries=COUNTRIES,
        currencies=[*FIRST_CURRENCIES, *sorted(set(RATES) - set(FIRST_CURRENCIES))],
        payments=PAYMENTS,
        presets=PRESETS,
        outcomes=OUTCOMES,
        network=network_of(sandbox, switches_of(sandbox.world)),
        **drawer_context(sandbox),
        **_amounts(checkout, priced),
    )


def missing() -> tuple[str, int]:
    """Return the page for a checkout that does not exist."""
    words = "It may belong to a sandbox that was started anew since."
    return render_template("store/pay_missing.html", heading="There is no such checkout", words=words), 404


def _summary(checkout: Checkout, priced: Quote) -> str:
    return render_template("store/_summary.html", **_amounts(checkout, priced))


def _amounts(checkout: Checkout, priced: Quote) -> dict[str, object]:
    form = checkout.form
    return {
        "quote": priced,
        "currency": form.presentment_currency,
        "rate": form.rate,
        "is_pickup": form.is_pickup,
        "code": checkout.discount["code"] if checkout.discount else None,
    }
