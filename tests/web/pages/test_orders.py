"""Orders: the list in pages, the surfaces in words, and each order's story with its reasons."""

from dataclasses import replace
from datetime import timedelta

import pytest

from server.domain.charges import Charge, ChargeState
from server.domain.orders import LineItem
from server.runtime import Runtime
from server.storage.charges import Charges
from server.storage.shops import Shops
from tests.web.pages.conftest import Staff
from tests.web.pages.history import History
from tests.web.pages.reading import Markup, words


@pytest.fixture
def history(staff: Staff, runtime: Runtime, shop_id: int) -> History:
    """The history of a shop that installed the app an hour and a half ago."""
    now = staff.clock.now()
    with runtime.database.write() as session:
        row = Shops(session, runtime.box).by_id(shop_id)
        row.installed_at, row.country_code = now - timedelta(minutes=90), "GB"
    return History(runtime.database, shop_id, now)


def listed(staff: Staff, **query: str) -> dict[str, list[str]]:
    """Return the cells of the list by the order's name."""
    page = Markup.read(staff.open("/orders", **query).text)
    rows = page.one("s-table-body").all("s-table-row")
    cells = [[words(cell) for cell in row.all("s-table-cell")] for row in rows]
    return {name: rest for name, *rest in cells}


def timeline(staff: Staff, order_id: str) -> list[str]:
    """Return the entries of an order's story as they are read."""
    page = Markup.read(staff.open(f"/orders/{order_id}").text)
    return [
        " ".join(words(part) for part in entry.content if isinstance(part, Markup))
        for entry in page.one("ol").content
        if isinstance(entry, Markup)
    ]


def test_a_shop_without_orders_is_told_what_will_come(staff: Staff) -> None:
    page = staff.open("/orders").text
    assert "No orders yet" in page
    assert "s-table" not in page


def test_each_order_says_what_became_of_it(staff: Staff, history: History) -> None:
    history.everything()
    history.order(900, minutes_ago=24 * 60)
    dash = "\N{EN DASH}"
    assert listed(staff) == {
        "#1007": ["23 Nov 2026, 09:52", "Jo", "£20.00", "Held out Product 2", dash, dash],
        "#1006": ["23 Nov 2026, 09:50", "Jo", "£0.00", "Accepted Product 2", dash, dash],
        "#1005": ["23 Nov 2026, 09:40", "Jo", "£20.00", "No offer fitted", "SMS: fate unknown E-mail planned", dash],
        "#1004": [
            "23 Nov 2026, 09:30",
            "Guest",
            "£20.00",
            "Accepted, not paid Product 2",
            "No SMS: sender refused it E-mail planned",
            dash,
        ],
        "#1003": ["23 Nov 2026, 09:20", "Jo", "£20.00", "Declined Product 2", "None: had one lately", dash],
        "#1002": ["23 Nov 2026, 09:10", "Ada", "£20.00", "Not eligible", "No SMS: no consent E-mail sent", dash],
        "#1001": ["23 Nov 2026, 09:00", "Jo", "£20.00", "Accepted Product 2", "SMS sent E-mail planned", "£8.50"],
        "#900": ["22 Nov 2026, 10:00", "Jo", "£20.00", "Before Afters", dash, dash],
    }


def test_an_order_that_nobody_asked_about_says_so(staff: Staff, history: History) -> None:
    history.order(1001, minutes_ago=5)
    assert listed(staff)["#1001"][3] == "Not asked"


def test_an_offer_that_the_payment_kept_from_the_page_says_so(staff: Staff, history: History) -> None:
    history.ready(1001, gateways=("paypal",))
    history.ready(1002)
    assert listed(staff)["#1001"][3] == "Not eligible Product 2"
    assert listed(staff)["#1002"][3] == "Ready, not shown Product 2"
    told = " ".join(timeline(staff, "1001"))
    assert "The checkout asked, and Product 2 was ready to offer" in told
    assert (
        "The page was not shown It was paid by a wallet, in instalments or in another way without a card to charge."
        in told
    )
    assert "The page was not shown An offer was ready" in " ".join(timeline(staff, "1002"))


@pytest.mark.parametrize(
    ("kind", "label"), [("accepted", "Accepted, outcome open"), ("shown", "Shown"), ("left", "Left")]
)
def test_the_furthest_event_counts(staff: Staff, history: History, kind: str, label: str) -> None:
    history.shown_and(1001, kind)
    assert listed(staff)["#1001"][3].startswith(label)


def test_older_orders_follow_without_a_gap_or_a_repeat(staff: Staff, history: History) -> None:
    # Three share each minute: a page that ended at a time alone would lose some of them.
    for number in range(1, 61):
        history.order(number, minutes_ago=(number // 3) + 1)
    seen: list[str] = []
    query: dict[str, str] = {}
    sizes = []
    while True:
        names = list(listed(staff, **query))
        sizes.append(len(names))
        seen += names
        page = Markup.read(staff.open("/orders", **query).text)
        older = [each for each in page.all("s-button") if words(each) == "Older"]
        newest = [each for each in page.all("s-button") if words(each) == "Newest"]
        assert bool(newest) is bool(query)
        if not older:
            break
        query = {"before": str(older[0].attributes["href"]).partition("before=")[2].replace("%3A", ":")}
    assert sizes == [25, 25, 10]
    assert sorted(seen) == sorted(f"#{number}" for number in range(1, 61))


@pytest.mark.parametrize("before", ["yesterday", "2026-11-23", "2026-11-23T10:00:00_5", "_", "2026-11-23T10:00:00Z_"])
def test_a_place_that_cannot_be_read_is_the_newest(staff: Staff, history: History, before: str) -> None:
    history.order(1001)
    assert "#1001" in listed(staff, before=before)


def test_nothing_older_says_so(staff: Staff, history: History) -> None:
    history.order(1001)
    page = staff.open("/orders", before="2020-01-01T00:00:00Z_1").text
    assert "No older orders" in page


def test_messages_with_an_unknown_fate_have_a_list_of_their_own(staff: Staff, history: History) -> None:
    assert "Every message's fate is known" in staff.open("/orders", show="unknown").text
    history.everything()
    assert list(listed(staff, show="unknown")) == ["#1005"]


def test_the_story_of_an_accepted_offer(staff: Staff, history: History) -> None:
    trace = (
        "Spring The order or the customer does not meet the funnel's conditions.",
        "order value 20.00 GBP, at least 50.00 GBP",
        "Product 3 Too little stock. stock 4 < 10",
        "Product 2 This was chosen. By the offer Fixed.",
        "Last resort Another funnel came first.",
    )
    offered = (
        "09:00:02 The checkout asked, and Product 2 was offered",
        "1 at £8.50 instead of £10.00. Said to the shopper: Often bought together with Product 1.",
        "Decided by version 1 of the offers. Why: 4 steps",
        *trace,
    )
    text = (
        "09:02:30 SMS sent to +44 … 123 Due 23 Nov 2026, 09:02:30. Last report: delivered.",
        "Jo, Product 2 goes well with your order. STOP ends",
        "Why: 1 step Product 2 This was chosen. By the offer Fixed.",
    )
    mail = (
        "09:04:30 E-mail planned A message on the other channel holds this one back. (until 48 hours after the SMS)",
        "Due 23 Nov 2026, 09:04:30, until 26 Nov 2026, 09:00.",
    )
    assert timeline(staff, history.accepted()) == [
        "",
        "09:00:00 The order was placed 2 \N{MULTIPLICATION SIGN} Product 1, £20.00 Paid by shopify payments.",
        "09:00:01 The follow-up was planned Starts 23 Nov 2026, 09:00:30. Why then: The shopper accepted the offer.",
        " ".join(offered),
        "09:00:04 The one-click page was shown 240 ms after the page began to load.",
        "09:00:15 The shopper accepted the offer 240 ms after the step before.",
        "09:00:16 Afters signed the change to the order",
        "09:00:18 The order was changed and the card charged 240 ms after the step before.",
        "09:00:20 £8.50 earned by the one-click offer",
        " ".join(text),
        " ".join(mail),
    ]


def test_the_story_of_a_wallet_order(staff: Staff, history: History) -> None:
    told = timeline(staff, history.wallet())
    assert (
        "No one-click page It was paid by a wallet, in instalments or in another way without a card to charge."
        in told[2]
    )
    assert "SMS not sent The shopper has not agreed to marketing on this channel." in told[4]
    assert "E-mail sent to a…@example.com" in told[5]
    assert "One more thing Dear Ada, how about Product 2?" in told[5]
    assert told[6].endswith("The shopper followed the link of the E-mail")


def test_the_story_of_an_order_that_opens_no_follow_up(staff: Staff, history: History) -> None:
    told = " ".join(timeline(staff, history.declined()))
    assert "The shopper declined the offer" in told
    assert "No follow-up The shopper had a follow-up lately" in told
    assert "(the last one 3 days ago, at most one in 14 days)" in told


def test_the_story_of_a_refused_card_and_a_refused_text(staff: Staff, history: History) -> None:
    order_id = history.unpaid()
    told = " ".join(timeline(staff, order_id))
    assert "The item was added, but the card was not charged" in told
    assert "Shopify said: payment_required." in told
    assert "SMS failed The sending service refused the message. Not sent: the number cannot receive texts" in told
    facts = words(Markup.read(staff.open(f"/orders/{order_id}").text).one("dl"))
    assert "Outstanding £8.50" in facts
    assert "Customer Guest" in facts


def test_the_story_of_a_message_that_was_cut_off(staff: Staff, history: History) -> None:
    told = " ".join(timeline(staff, history.cut_off()))
    assert "The checkout asked, and nothing was offered No live funnel fitted this order." in told
    assert "Spring A condition could not be answered" in told
    assert "SMS may or may not have arrived Sending was cut off and nobody can say whether it arrived" in told


def test_the_story_of_revenue_given_back(staff: Staff, history: History) -> None:
    order_id = history.given_back()
    told = timeline(staff, order_id)
    assert any(entry.endswith("The order was cancelled") for entry in told)
    assert any("£8.50 of the one-click offer given back Refunded, removed or not paid." in entry for entry in told)
    facts = words(Markup.read(staff.open(f"/orders/{order_id}").text).one("dl"))
    assert "Earned with Afters £0.00" in facts
    assert "State Cancelled" in facts


def test_the_story_of_a_held_out_shopper(staff: Staff, history: History) -> None:
    told = " ".join(timeline(staff, history.held_out()))
    assert "and Product 2 was kept back The shopper is in the holdout" in told
    assert "The shopper The shopper is in the holdout" in told
    assert "10 % of shoppers" in told


def test_an_imported_order_is_called_history(staff: Staff, history: History) -> None:
    history.order(900, minutes_ago=24 * 60)
    assert "This order is older than Afters in this shop" in staff.open("/orders/900").text


def test_times_are_the_shops(staff: Staff, runtime: Runtime, history: History) -> None:
    with runtime.database.write() as session:
        Shops(session, runtime.box).by_id(history.shop_id).time_zone = "Asia/Tokyo"
    history.order(1001)
    assert listed(staff)["#1001"][0] == "23 Nov 2026, 18:00"
    page = staff.open("/orders/1001").text
    assert "18:00:00" in page
    assert 'datetime="2026-11-23T09:00:00Z"' in page


def test_amounts_are_in_the_orders_currency(staff: Staff, history: History) -> None:
    history.order(1001, currency="KWD", presentment_currency="KWD", total=12_345, current_total=12_345)
    assert listed(staff)["#1001"][2] == "KWD\N{NO-BREAK SPACE}12.345".replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("currency", "minor", "shown"),
    [
        ("EUR", 1_180, ("€11.80", "€11.00")),
        ("JPY", 1_900, ("JP¥1,900", "JP¥1,820")),
        ("KWD", 3_950, ("KWD 3.950", "KWD 3.870")),
    ],
)
def test_what_a_shopper_paid_is_shown_in_their_money(
    staff: Staff, history: History, currency: str, minor: int, shown: tuple[str, str]
) -> None:
    bought = LineItem("l1", "1", "1001", "Lantern", 2, 1_000, 2_000, presentment_total=minor - 80)
    history.order(
        1001, presentment_currency=currency, presentment_total=minor, presentment_current_total=minor, lines=(bought,)
    )
    assert listed(staff)["#1001"][2].replace("\N{NO-BREAK SPACE}", " ") == shown[0]
    page = staff.open("/orders/1001").text.replace("\N{NO-BREAK SPACE}", " ")
    assert shown[0] in page
    assert "In the shop" in page
    assert "£20.00" in page
    assert f" Lantern, {shown[1]}" in page
    told = staff.open("/orders/1001/explanation").json
    assert told is not None
    assert (told["order"]["presentment_total"], told["order"]["presentment_currency"]) == (minor, currency)


def test_an_unknown_order_is_a_friendly_page_inside_the_frame(staff: Staff) -> None:
    answer = staff.open("/orders/nope")
    assert answer.status_code == 404
    assert "This order is not known here." in answer.text
    assert "s-app-nav" in answer.text
    assert "frame-ancestors https://gift-shop.myshopify.com" in answer.headers["Content-Security-Policy"]
    fetched = staff.fetch("/orders/nope")
    assert fetched.json == {"error": {"code": "unknown_order", "message": "This order is not known here."}}


def test_what_shoppers_are_called_is_text(staff: Staff, history: History) -> None:
    history.accepted(first_name="<img src=x onerror=alert(1)>")
    for path in ("/orders", "/orders/1001"):
        page = staff.open(path).text
        assert "<img" not in page
        assert "&lt;img" in page


def test_an_orders_page_says_where_an_offer_could_be_seen(staff: Staff, history: History) -> None:
    history.everything()
    page = Markup.read(staff.open("/orders/1006").text)
    lines = [
        [words(line.one("strong")), words(line.one("s-badge")), words(line.one("p"))]
        for line in page.one("ul", "surfaces").all("li")
    ]
    assert lines[0] == ["One-click page", "Accepted", "The shopper accepted the offer."]
    assert [each[0] for each in lines] == ["One-click page", "Thank-you page", "Order-status page", "Messages"]
    told = staff.fetch("/orders/1006/explanation").json
    assert told is not None
    assert [each["surface"] for each in told["surfaces"]] == ["one_click", "thank_you", "order_status", "message"]
    assert [each["says"] for each in told["surfaces"]] == [each[2] for each in lines]


def over_home(staff: Staff) -> dict[str, Markup]:
    """Return the banners over Home that are about what is not paid."""
    found = {str(each.attributes["heading"]): each for each in Markup.read(staff.open("/").text).all("s-banner")}
    return {heading: banner for heading, banner in found.items() if "not paid" in heading}


def test_what_is_not_paid_stands_over_the_order_and_over_home(
    staff: Staff, history: History, runtime: Runtime, shop_id: int
) -> None:
    at = history.now - timedelta(minutes=30)
    history.order(1010, outstanding=850, fulfilment="on_hold", minutes_ago=20)
    charge = Charge("l2", "d", ChargeState.UNPAID, 850, at, at)
    with runtime.database.write() as session:
        Charges(session, shop_id).save("1010", [charge], currency="GBP")
    page = Markup.read(staff.open("/orders/1010").text)
    banner = page.one("s-banner")
    assert banner.attributes["heading"] == "£8.50 of the accepted offer is not paid"
    assert banner.one("s-button").attributes["href"] == "shopify://admin/orders/1010"
    assert any("£8.50 of an accepted offer was not charged" in each for each in timeline(staff, "1010"))
    assert "Until 23 Nov 2026, 10:40 at the latest" in words(page)
    assert "order #1010" in words(over_home(staff)["£8.50 of accepted offers is not paid"])
    with runtime.database.write() as session:
        later = replace(charge, state=ChargeState.PAID, changed_at=history.now)
        Charges(session, shop_id).save("1010", [later], currency="GBP")
    assert not over_home(staff)
    assert "The missing £8.50 was paid" in timeline(staff, "1010")[-1]
