"""Turns the data's orders into the shop's: names, money, payment, fulfilment, refunds and cancellations."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from tests.sandbox.data.codec import OrderRow
from tests.sandbox.shopify import ids, money
from tests.sandbox.shopify.generator_catalogue import DAY, Listed
from tests.sandbox.shopify.generator_dice import Dice
from tests.sandbox.shopify.generator_parameters import Parameters
from tests.sandbox.shopify.generator_people import People, Person
from tests.sandbox.shopify.generator_places import COUNTRIES, Country, place
from tests.sandbox.shopify.generator_titles import display_title

FIRST_NUMBER = 1001
_CONFIRMATION = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
Rows = list[tuple[object, ...]]


@dataclass(slots=True)
class Sold:
    """Rows of the tables orders, order_line, payment and refund, in their orders of columns."""

    orders: Rows = field(default_factory=list)
    lines: Rows = field(default_factory=list)
    payments: Rows = field(default_factory=list)
    refunds: Rows = field(default_factory=list)


@dataclass(slots=True)
class _Returned:
    """What came back of one order: `units` per position of the line; nothing at all for most orders."""

    minute: int
    amount: int
    units: dict[int, int]
    is_cancelled: bool


class History:
    """Writes all orders; `first_index` is the place of the first one in the whole history."""

    def __init__(
        self,
        parameters: Parameters,
        people: People,
        listed: dict[str, Listed],
        text: Callable[[int], str],
    ) -> None:
        self._parameters = parameters
        self._dice = Dice(parameters.seed)
        self._people = people
        self._listed = listed
        self._text = text
        self._titles: dict[str, str] = {}

    def sell(self, orders: Sequence[OrderRow], first_index: int) -> Sold:
        """Return the rows of the orders (oldest first) and note on each person what they bought."""
        sold = Sold()
        end = orders[-1].minute
        for index, order in enumerate(orders, start=first_index):
            self._sell(sold, order, index, end)
        return sold

    def _sell(self, sold: Sold, order: OrderRow, index: int, end: int) -> None:
        dice, shares, text = self._dice, self._parameters, self._text
        key = order.order_id
        order_id = ids.ORDER + index * ids.ORDER_STEP
        person = (
            None if order.customer_id is None else self._people.customer(order.customer_id, order.country, order.minute)
        )
        country = COUNTRIES.get(order.country)
        code = country.code if country else None
        subtotal = sum(quantity * price for _, _, quantity, price in order.lines)
        shipping = money.shipping(code, subtotal)
        total = subtotal + shipping
        gateway = dice.weighted(shares.gateways, "gateway", key)
        currency = country.currency if country and dice.hits(shares.local_currency, "currency", key) else "GBP"
        age_days = (end - order.minute) // DAY
        returned = self._returned(order, total, end)
        is_fulfilled = age_days >= shares.fulfilled_after_days and not (returned and returned.is_cancelled)
        refunded = returned.amount if returned else 0
        is_paid = gateway != "manual" or age_days >= shares.fulfilled_after_days
        status = "PAID" if is_paid else "PENDING"
        if refunded:
            status = "REFUNDED" if refunded == total else "PARTIALLY_REFUNDED"
        touched = returned.minute if returned else min(end, order.minute + shares.fulfilled_after_days * DAY)
        created_at = text(order.minute)
        email = person.email if person else self._people.guest_email(key)
        sold.orders.append((
            order_id, f"#{FIRST_NUMBER + index}", FIRST_NUMBER + index, self._confirmation(key),
            dice.hex("checkout", key), dice.hex("cart", key), person.id if person else None,
            email, self._phone(person, key), created_at, created_at,
            text(touched), text(returned.minute) if returned and returned.is_cancelled else None,
            "CUSTOMER" if returned and returned.is_cancelled else None,
            "GBP", currency, money.RATES[currency], subtotal, 0, shipping, money.included_tax(code, total),
            total, None, total - refunded, 0 if is_paid else total, refunded, status,
            "FULFILLED" if is_fulfilled else "UNFULFILLED", gateway, "web", "[]", "[]", "[]",
            self._address(person, country, key), "/", country.locale if country else "en-GB",
            int(person is not None and person.email_state == "SUBSCRIBED"), 0, 0, None,
        ))  # fmt: skip
        self._add_lines(sold, order, index, returned)
        payment_id = ids.PAYMENT + index * ids.STEP
        sold.payments.append((
            payment_id, order_id, "sale", "success" if is_paid else "pending", gateway, total, created_at,
        ))  # fmt: skip
        if returned:
            at = text(returned.minute)
            sold.payments.append((payment_id + 1, order_id, "refund", "success", gateway, refunded, at))
        if person:
            person.orders += 1
            person.spent += total - refunded
            person.updated = max(person.updated, order.minute)

    def _add_lines(self, sold: Sold, order: OrderRow, index: int, returned: _Returned | None) -> None:
        order_id = ids.ORDER + index * ids.ORDER_STEP
        first_line = ids.LINE + index * ids.ORDER_STEP
        back = returned.units if returned else {}
        refund_lines = []
        append = sold.lines.append
        step = ids.CHECKOUT_LINE_STEP
        for position, (sku, raw_title, quantity, price) in enumerate(order.lines):
            at = self._listed[sku]
            title = at.title if at.variant_title else self._title(raw_title)
            line_id = first_line + position * step
            gone = back.get(position, 0) if back else 0
            append((
                line_id, order_id, at.variant_id, at.product_id, sku, title, at.variant_title, quantity,
                quantity - gone, price, 0, None, 1 if at.requires_shipping else 0, None,
            ))  # fmt: skip
            if gone:
                refund_lines.append({
                    "id": line_id + 1,
                    "line_item_id": line_id,
                    "quantity": gone,
                    "restock_type": "cancel" if returned and returned.is_cancelled else "return",
                    "subtotal": gone * price,
                })  # fmt: skip
        if returned:
            sold.refunds.append((
                ids.REFUND + index * ids.STEP, order_id, self._text(returned.minute), None, returned.amount,
                json.dumps(refund_lines),
                max(0, returned.amount - sum(int(line["subtotal"]) for line in refund_lines)),
            ))  # fmt: skip

    def _returned(self, order: OrderRow, total: int, end: int) -> _Returned | None:
        dice, shares, key = self._dice, self._parameters, order.order_id
        draw = dice.below(1000, "return", key)
        if draw < shares.cancelled:
            minute = order.minute + 20 + dice.below(DAY, "cancelled after", key)
            everything = {position: line[2] for position, line in enumerate(order.lines)}
            return _Returned(minute, total, everything, is_cancelled=True) if minute <= end else None
        if draw >= shares.cancelled + shares.refunded:
            return None
        minute = order.minute + 2 * DAY + dice.below(23 * DAY, "refunded after", key)
        if minute > end:
            return None
        if dice.hits(shares.refunded_wholly, "wholly", key):
            everything = {position: line[2] for position, line in enumerate(order.lines)}
            return _Returned(minute, total, everything, is_cancelled=False)
        units: dict[int, int] = {}
        for turn in range(1 + dice.below(3, "returned lines", key)):
            position = dice.below(len(order.lines), "returned line", key, turn)
            units[position] = 1 + dice.below(order.lines[position][2], "returned units", key, turn)
        amount = sum(count * order.lines[position][3] for position, count in units.items())
        return _Returned(minute, amount, units, is_cancelled=False)

    def _title(self, raw: str) -> str:
        found = self._titles.get(raw)
        if found is None:
            found = self._titles[raw] = display_title(raw)
        return found

    def _phone(self, person: Person | None, key: int) -> str | None:
        if person is None:
            return self._people.guest_phone(key)
        return person.phone if self._dice.hits(300, "phone given", key) else None

    def _address(self, person: Person | None, country: Country | None, key: int) -> str | None:
        if person is not None and person.country is country:
            if person.order_address is None and person.address is not None:
                person.order_address = _written(person.first_name, person.last_name, person.address)
            return person.order_address
        # A guest, or one of the ten customers of the data who bought from two countries.
        who = f"guest {key}" if person is None else f"{person.id} abroad"
        where = place(country, self._dice, who)
        if where is None:
            return None
        first, last = self._people.name(country, who) if person is None else (person.first_name, person.last_name)
        return _written(first, last, where.address)

    def _confirmation(self, key: int) -> str:
        draw = self._dice.number("confirmation", key)
        return "".join(_CONFIRMATION[draw >> 5 * place & 31] for place in range(9))


def _written(first: str | None, last: str | None, address: dict[str, str | None]) -> str:
    return json.dumps({"first_name": first, "last_name": last, **address}, ensure_ascii=False)
