"""Home: what is set up, what is not, and today's figures."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from flask import Blueprint, Response, abort, jsonify, request
from werkzeug.wrappers import Response as BaseResponse

from server.config import REQUIRED_SCOPES
from server.domain.eligibility import ORDER_STATUS, THANK_YOU
from server.shopify.blocks import EDITORS, SETTINGS, placed_surfaces
from server.storage.shops import DONE, FAILED, ImportRow
from server.usecases.access import ShopAccess
from server.usecases.checks import check_app_state, look_at_surfaces
from server.usecases.install import IMPORT_KINDS
from server.usecases.replay import list_aside
from server.usecases.reports import Home, home
from server.usecases.settings import retry_import
from server.web.guards import runtime, shop
from server.web.pages.display import Display
from server.web.pages.frame import open_frame, page_blueprint, show

_COUNTED = 100  # more set aside than this is many
_BLOCK_VIEWERS = {
    THANK_YOU: "Shoppers who cannot see the one-click page, such as those with a wallet, see an offer there.",
    ORDER_STATUS: "Shoppers who come back to their order, as from its confirmation e-mail, see an offer there.",
}
_WITHHELD = {"first_name": "names", "email": "e-mail addresses", "phone": "phone numbers"}


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the set-up; `state` is done, open, busy or failed.

    `link` leads to where it is done; `post` is what its button asks of the server.
    """

    title: str
    state: str
    detail: str
    done: int = 0
    total: int = 0
    link: tuple[str, str] | None = None  # label, path
    post: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    label: str
    value: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class HomePage:
    steps: tuple[Step, ...]
    figures: tuple[Figure, ...]
    home: Home
    titles: dict[str, str] = field(default_factory=dict)  # of vendors, by slug
    missing_scopes: tuple[str, ...] = ()
    withheld: str = ""
    unpaid: str = ""  # what accepted offers came to that nobody has paid

    @property
    def done(self) -> int:
        return sum(step.state == "done" for step in self.steps)

    @property
    def is_complete(self) -> bool:
        return self.done == len(self.steps)

    @property
    def is_busy(self) -> bool:
        return any(step.state == "busy" for step in self.steps)


def blueprint() -> Blueprint:
    routes = page_blueprint("home", __name__)

    @routes.get("/")
    def page() -> BaseResponse:
        frame = open_frame()
        return show(frame, "pages/home.html", page=_gather(frame.display))

    @routes.get("/set-up")
    def set_up() -> BaseResponse:
        """Return the list alone: the page fetches it while an import runs."""
        frame = open_frame()
        return show(frame, "pages/_set_up.html", page=_gather(frame.display))

    @routes.post("/set-up/check")
    def check() -> Response:
        parts = runtime()
        access = ShopAccess(parts.database, parts.box, parts.auth, parts.apis)
        checked = check_app_state(access=access, shop_id=shop().shop_id, now=parts.clock.now())
        # The banners stand outside the list that the page fetches anew.
        location = {"location": "/"} if checked.is_news else {}
        return jsonify({"ok": True, "is_post_purchase_app": checked.said.is_post_purchase_app, **location})

    @routes.post("/set-up/look")
    def look() -> Response:
        """Take what App Bridge told of the blocks, and ask Shopify about the rest at most once an hour."""
        parts = runtime()
        placed = placed_surfaces(request.form.getlist("target")) if request.form.get("is_told") else {}
        access = ShopAccess(parts.database, parts.box, parts.auth, parts.apis)
        checked = look_at_surfaces(access=access, shop_id=shop().shop_id, placed=placed, now=parts.clock.now())
        return jsonify({"ok": True, **({"location": "/"} if checked is not None and checked.is_news else {})})

    @routes.post("/imports/<kind>/retry")
    def retry(kind: str) -> Response:
        if kind not in IMPORT_KINDS:
            abort(404)
        parts = runtime()
        is_started = retry_import(database=parts.database, shop_id=shop().shop_id, kind=kind, now=parts.clock.now())
        parts.wake()
        return jsonify({"ok": True, "is_started": is_started})

    return routes


def _gather(display: Display) -> HomePage:
    parts = runtime()
    found = home(
        database=parts.database, box=parts.box, vendors=parts.vendors, shop_id=shop().shop_id, now=parts.clock.now()
    )
    aside = len(list_aside(inbox=parts.inbox.database, shop_domain=found.shop.domain, limit=_COUNTED))
    return HomePage(
        steps=_steps(found, aside, display),
        figures=_figures(found, display),
        home=found,
        titles={spec.slug: spec.title for spec in parts.registry.specs},
        missing_scopes=_missing(found.shop.scopes) if found.shop.checked_at else (),
        unpaid=display.money(sum(each.amount for each in found.unpaid)),
        withheld=_in_words([_WITHHELD[name] for name in found.shop.withheld if name in _WITHHELD]),
    )


def _in_words(things: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(things[:-1]), *things[-1:])))


def _missing(scopes: Sequence[str]) -> tuple[str, ...]:
    """Return the required scopes that are not granted; one to write includes the one to read."""
    held = {*scopes, *(scope.replace("write_", "read_", 1) for scope in scopes)}
    return tuple(scope for scope in REQUIRED_SCOPES if scope not in held)


def _steps(found: Home, aside: int, display: Display) -> tuple[Step, ...]:
    state = found.set_up
    imports = {row.kind: row for row in state.imports}
    return (
        _import_step("products", "Import products", imports.get("products"), display),
        _import_step("collections", "Import collections", imports.get("collections"), display),
        _import_step("orders", "Import orders", imports.get("orders"), display),
        _import_step("customers", "Import customers", imports.get("customers"), display),
        _import_step("stock", "Import stock at each location", imports.get("stock"), display, unit="items"),
        _page_step(found, display),
        _block_step("Place the block on the thank-you page", THANK_YOU, found),
        _block_step("Place the block on the order-status page", ORDER_STATUS, found),
        Step(
            "Publish the first offers",
            "done" if state.live_offers else "open",
            f"{_count(state.live_offers, 'offer')} live."
            if state.live_offers
            else "A first offer is drafted for you. Read it, then publish it: nothing is shown to shoppers before.",
            link=("Open offers", "/offers"),
        ),
        _sender_step("Connect text messages", is_done=state.has_sms, what="text messages"),
        _sender_step("Connect e-mail", is_done=state.has_email, what="e-mails"),
        _webhook_step(found, aside, display),
    )


def _webhook_step(found: Home, aside: int, display: Display) -> Step:
    title, last_at = "Receive webhooks", found.set_up.last_delivery_at
    if aside:
        told = f"{aside} deliver{'y' if aside == 1 else 'ies'} could not be taken in."
        return Step(title, "failed", told, link=("Look at them", "/deliveries"))
    if last_at is None:
        detail = "None has come yet. The first comes with the next order or the next change to a product."
        return Step(title, "open", detail)
    return Step(title, "done", f"The last one came {display.moment(last_at)}.{_found_by_asking(found)}")


def _found_by_asking(found: Home) -> str:
    """Say how many orders came to be known only because Shopify was asked for what its webhooks had not told."""
    count = found.shop.reconciled_count
    if not count:
        return ""
    return f" {_count(count, 'change')} of orders never came and {'was' if count == 1 else 'were'} fetched."


def _import_step(kind: str, title: str, row: ImportRow | None, display: Display, *, unit: str = "") -> Step:
    if row is None:
        # A shop that installed before there was this import.
        return Step(title, "open", "Not started yet.", post=("Start", f"/imports/{kind}/retry"))
    if row.state == DONE:
        return Step(title, "done", f"{row.done:,} {unit or kind}, {display.moment(row.finished_at)}.")
    if row.state == FAILED:
        again = ("Try again", f"/imports/{kind}/retry")
        return Step(title, "failed", f"Stopped: {row.error or 'no reason was given.'}", post=again)
    if not row.total:
        return Step(title, "busy", row.error or "Waiting to start.")
    so_far = f"{row.done:,} of {row.total:,}"
    return Step(title, "busy", f"{so_far}. {row.error}" if row.error else so_far, done=row.done, total=row.total)


def _page_step(found: Home, display: Display) -> Step:
    again = ("Check again", "/set-up/check")
    checked = f" Checked {display.moment(found.shop.checked_at)}." if found.shop.checked_at else ""
    title = "Choose Afters for the one-click page"
    match found.set_up.is_post_purchase_app:
        case True:
            detail = f"Shopify says that Afters is this shop's post-purchase app.{checked}"
            return Step(title, "done", detail, post=again)
        case False:
            detail = (
                "Another app, or none, has the page after payment. In Shopify, open Settings, Checkout, "
                f"Post-purchase page, and choose Afters.{checked}"
            )
            return Step(title, "open", detail, link=("Open checkout settings", SETTINGS), post=again)
    return Step(title, "open", "Shopify has not been asked yet.", post=("Check now", again[1]))


def _block_step(title: str, surface: str, found: Home) -> Step:
    """Whether the block is placed only the merchant's own browser can tell: no field of the Admin API does."""
    editor = ("Open the editor", EDITORS[surface])
    match found.set_up.placed.get(surface):
        case True:
            return Step(title, "done", "Shopify says that the block is placed there.")
        case False:
            detail = (
                f"{_BLOCK_VIEWERS[surface]} In the checkout editor choose the page, Add app block, Afters, and save."
            )
            return Step(title, "open", detail, link=editor)
    return Step(title, "open", "Shopify has not told yet whether it is placed.", link=editor)


def _sender_step(title: str, *, is_done: bool, what: str) -> Step:
    detail = f"Follow-ups can be sent as {what}." if is_done else f"Without it, follow-ups are not sent as {what}."
    return Step(title, "done" if is_done else "open", detail, link=("Open integrations", "/integrations"))


def _figures(found: Home, display: Display) -> tuple[Figure, ...]:
    today = found.today
    return (
        Figure("Orders", f"{today.orders:,}"),
        Figure("Offers made", f"{today.offers:,}", "on the one-click page"),
        Figure("Shown", f"{today.shown:,}", "pages a shopper saw"),
        Figure("Accepted", f"{today.accepted:,}", "and charged"),
        Figure("Messages sent", f"{today.touches:,}"),
        Figure("Revenue", display.money(today.revenue), "net of refunds"),
    )


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
