"""The REST-shaped order of the orders/* webhooks, read into our own words.

Personal fields come empty or null where the shop's protected customer data was not granted to us; prices without
`_set` are in the shop's currency. Keys after API version 2026-10, which has no `checkout_id`.
"""

from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, Field

from server.domain.orders import LineItem, Order
from server.shopify.line_share import share_left
from server.shopify.validation import (
    Amount,
    Currency,
    Moment,
    NullIsEmpty,
    PlainId,
    Quantity,
    SignedAmount,
    Text,
    minor,
)


class _Money(BaseModel):
    amount: Amount


class _MoneySet(BaseModel):
    shop_money: _Money
    presentment_money: _Money


class _Allocation(BaseModel):
    amount: Amount
    amount_set: _MoneySet | None = None


class _Line(BaseModel):
    id: PlainId
    variant_id: PlainId | None = None
    product_id: PlainId | None = None
    title: Text | None = None
    sku: Text | None = None
    quantity: Quantity
    current_quantity: Quantity | None = None
    requires_shipping: bool | None = None
    price: Amount
    price_set: _MoneySet | None = None
    discount_allocations: Annotated[list[_Allocation], NullIsEmpty] = Field(default_factory=list)

    def item(self, currency: str, paid_in: str) -> LineItem:
        """Return the line as it stands now, in minor units of `currency` (the shop's), and as it was paid in `paid_in`.

        Quantity and total are those of the units left, 0 when all were refunded or removed: `quantity` and the
        discounts of the body still count these. A body without `current_quantity` has all of its units. A refund of
        a bare amount names no line and changes none.
        """
        left = self.quantity if self.current_quantity is None else self.current_quantity
        price = minor(self.price, currency)
        off = sum((allocation.amount for allocation in self.discount_allocations), Decimal(0))
        return LineItem(
            line_id=self.id,
            variant_id=self.variant_id,
            product_id=self.product_id,
            title=self.title or "",
            quantity=left,
            unit_price=price,
            total=share_left(price * self.quantity - minor(off, currency), ordered=self.quantity, left=left),
            sku=self.sku or "",
            presentment_unit_price=_shown(self.price_set, paid_in),
            presentment_total=self._shown_total(paid_in, left),
        )

    def _shown_total(self, paid_in: str, left: int) -> int | None:
        price = _shown(self.price_set, paid_in)
        off = [_shown(allocation.amount_set, paid_in) for allocation in self.discount_allocations]
        known = [each for each in off if each is not None]
        if price is None or len(known) < len(off):
            return None
        return share_left(price * self.quantity - sum(known), ordered=self.quantity, left=left)


class _Person(BaseModel):
    id: PlainId | None = None
    email: Text | None = None
    phone: Text | None = None
    first_name: Text | None = None


class _Address(BaseModel):
    first_name: Text | None = None
    country_code: Text | None = None
    province_code: Text | None = None


class _Attribute(BaseModel):
    name: Text
    value: Any = None


class _Payment(BaseModel):
    kind: str | None = None
    status: str | None = None
    amount: Amount = Decimal(0)
    currency: Currency | None = None


class _Refund(BaseModel):
    transactions: Annotated[list[_Payment], NullIsEmpty] = Field(default_factory=list)


class _DiscountCode(BaseModel):
    code: Text


class _ShippingLine(BaseModel):
    title: Text | None = None


class OrderPayload(BaseModel):
    id: PlainId
    name: Text = ""
    checkout_token: Text | None = None
    created_at: Moment
    updated_at: Moment | None = None
    cancelled_at: Moment | None = None
    currency: Currency
    presentment_currency: Currency | None = None
    total_price: Amount
    total_price_set: _MoneySet | None = None
    current_total_price: Amount | None = None
    current_total_price_set: _MoneySet | None = None
    total_outstanding: SignedAmount | None = None
    original_total_duties_set: _MoneySet | None = None
    line_items: Annotated[list[_Line], NullIsEmpty]
    refunds: Annotated[list[_Refund], NullIsEmpty] = Field(default_factory=list)
    email: Text | None = None
    contact_email: Text | None = None
    phone: Text | None = None
    customer: _Person | None = None
    shipping_address: _Address | None = None
    customer_locale: Text | None = None
    financial_status: Text | None = None
    payment_gateway_names: Annotated[list[Text], NullIsEmpty] = Field(default_factory=list)
    source_name: Text | None = None
    discount_codes: Annotated[list[_DiscountCode], NullIsEmpty] = Field(default_factory=list)
    shipping_lines: Annotated[list[_ShippingLine], NullIsEmpty] = Field(default_factory=list)
    note_attributes: Annotated[list[_Attribute], NullIsEmpty] = Field(default_factory=list)
    test: bool | None = None

    def order(self) -> Order:
        """Return the order, in the shop's currency and as it was paid.

        By which plan a line is sold the body does not say.
        """
        customer = self.customer or _Person()
        address = self.shipping_address or _Address()
        total = minor(self.total_price, self.currency)
        current = self.current_total_price
        paid_in = self.presentment_currency or self.currency
        shown = _shown(self.total_price_set, paid_in)
        shown_now = shown if current is None else _shown(self.current_total_price_set, paid_in)
        return Order(
            id=self.id,
            name=self.name,
            reference_id=self.checkout_token or None,
            customer_id=customer.id,
            email=self.email or self.contact_email or customer.email or None,
            phone=self.phone or customer.phone or None,
            created_at=self.created_at,
            updated_at=self.updated_at or self.created_at,
            currency=self.currency,
            presentment_currency=paid_in,
            total=total,
            current_total=total if current is None else minor(current, self.currency),
            lines=tuple(line.item(self.currency, paid_in) for line in self.line_items),
            refunded=self._refunded(),
            outstanding=max(0, minor(self.total_outstanding or Decimal(0), self.currency)),
            cancelled_at=self.cancelled_at,
            financial_status=self.financial_status or "pending",
            gateways=tuple(self.payment_gateway_names),
            source_name=self.source_name or "web",
            country_code=address.country_code or None,
            province_code=address.province_code or None,
            has_shipping_address=self.shipping_address is not None,
            locale=self.customer_locale or None,
            first_name=customer.first_name or address.first_name or None,
            attributes=tuple((pair.name, _text(pair.value)) for pair in self.note_attributes),
            discount_codes=tuple(each.code for each in self.discount_codes),
            shipping_method=next((line.title for line in self.shipping_lines if line.title), None),
            is_test=bool(self.test),
            presentment_total=shown,
            presentment_current_total=shown_now,
            needs_shipping=self._needs_shipping(),
            has_duties=self._has_duties(),
        )

    def _needs_shipping(self) -> bool | None:
        told = [line.requires_shipping for line in self.line_items]
        return None if None in told else any(told)

    def _has_duties(self) -> bool | None:
        # A body without the key does not tell; one with null says that there are none.
        if "original_total_duties_set" not in self.model_fields_set:
            return None
        duties = self.original_total_duties_set
        return duties is not None and duties.shop_money.amount > 0

    def _refunded(self) -> int:
        paid_back = [
            payment
            for refund in self.refunds
            for payment in refund.transactions
            if payment.kind == "refund" and payment.status == "success"
        ]
        return minor(sum((self._in_shop_money(payment) for payment in paid_back), Decimal(0)), self.currency)

    def _in_shop_money(self, payment: _Payment) -> Decimal:
        # A payment states the currency the buyer paid in; the order's own two totals give the rate.
        totals = self.total_price_set
        if payment.currency in {None, self.currency} or totals is None or not totals.presentment_money.amount:
            return payment.amount
        return payment.amount * totals.shop_money.amount / totals.presentment_money.amount


def _shown(money: _MoneySet | None, currency: str) -> int | None:
    """Return what the shopper saw, in minor units of the currency they paid in."""
    return None if money is None else minor(money.presentment_money.amount, currency)


def _text(value: object) -> str:
    return "" if value is None else str(value).replace("\x00", "")
