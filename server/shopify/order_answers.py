"""Answers of the Admin API about orders, read into our own words."""

from pydantic import Field

from server.domain.orders import LineItem, Order
from server.shopify.answers import Listing, Part
from server.shopify.line_share import share_left
from server.shopify.validation import Currency, Moment, PlainId, Quantity, SignedAmount, Text, minor


class _ShopAmount(Part):
    amount: SignedAmount


class _Bag(Part):
    shop_money: _ShopAmount

    def minor(self, currency: str) -> int:
        return minor(self.shop_money.amount, currency)


class _BothBag(_Bag):
    presentment_money: _ShopAmount

    def shown(self, currency: str) -> int:
        """Return what the shopper saw, in minor units of the currency they paid in."""
        return minor(self.presentment_money.amount, currency)


class _Allocation(Part):
    allocated_amount_set: _BothBag


class _SellingPlan(Part):
    name: Text


class _VariantReference(Part):
    id: PlainId


class _LineProduct(Part):
    id: PlainId
    tags: list[Text]


class LineFields(Part):
    id: PlainId
    title: Text
    sku: Text | None
    quantity: Quantity
    current_quantity: Quantity
    original_unit_price_set: _BothBag
    discount_allocations: list[_Allocation]
    selling_plan: _SellingPlan | None
    variant: _VariantReference | None
    product: _LineProduct | None

    def item(self, currency: str, paid_in: str) -> LineItem:
        """Return the line as it stands now, in minor units of `currency` (the shop's), and as it was paid in `paid_in`.

        Quantity and total are those of the units left, 0 when all were refunded or removed: `quantity` and the
        discounts of the answer still count these. A refund of a bare amount names no line and changes none.
        """
        price = self.original_unit_price_set.minor(currency)
        off = sum(allocation.allocated_amount_set.minor(currency) for allocation in self.discount_allocations)
        seen = self.original_unit_price_set.shown(paid_in)
        seen_off = sum(allocation.allocated_amount_set.shown(paid_in) for allocation in self.discount_allocations)
        return LineItem(
            line_id=self.id,
            variant_id=self.variant.id if self.variant else None,
            product_id=self.product.id if self.product else None,
            title=self.title,
            quantity=self.current_quantity,
            unit_price=price,
            total=share_left(price * self.quantity - off, ordered=self.quantity, left=self.current_quantity),
            sku=self.sku or "",
            presentment_unit_price=seen,
            presentment_total=share_left(
                seen * self.quantity - seen_off, ordered=self.quantity, left=self.current_quantity
            ),
            tags=tuple(self.product.tags) if self.product else (),
        )


class _EmailAddress(Part):
    email_address: Text


class _PhoneNumber(Part):
    phone_number: Text


class _OrderCustomer(Part):
    id: PlainId
    first_name: Text | None
    default_email_address: _EmailAddress | None
    default_phone_number: _PhoneNumber | None


class _ShippingAddress(Part):
    first_name: Text | None
    country_code_v2: str | None = Field(alias="countryCodeV2")
    province_code: Text | None


class _Attribute(Part):
    key: Text
    value: Text | None


class _ShippingLine(Part):
    title: Text


# Of the order's platform: what it calls each kind of payment, in our words. A wallet that is not named here is its own.
_PAYMENTS = {
    "PaypalWalletPaymentDetails": "paypal",
    "ShopPayInstallmentsPaymentDetails": "installments",
    "LocalPaymentMethodsPaymentDetails": "local",
}
_WALLETS = {"SHOPIFY_PAY": "shop_pay", "ANDROID_PAY": "google_pay"}
_CHARGES = ("SALE", "AUTHORIZATION")


class _PaymentDetails(Part):
    typename: str = Field(alias="__typename")
    wallet: str | None = None

    def kind(self) -> str | None:
        if self.typename == "CardPaymentDetails":
            return _WALLETS.get(self.wallet, self.wallet.lower()) if self.wallet else "card"
        return _PAYMENTS.get(self.typename)


class _Transaction(Part):
    kind: str
    status: str
    payment_details: _PaymentDetails | None


class OrderFields(Part):
    id: PlainId
    name: Text
    checkout_token: Text | None
    created_at: Moment
    updated_at: Moment
    cancelled_at: Moment | None
    test: bool
    source_name: Text | None
    email: Text | None
    phone: Text | None
    customer_locale: Text | None
    currency_code: Currency
    presentment_currency_code: Currency
    display_financial_status: str | None
    display_fulfillment_status: str | None
    requires_shipping: bool
    original_total_duties_set: _Bag | None
    transactions: list[_Transaction]
    payment_gateway_names: list[Text]
    discount_codes: list[Text]
    shipping_line: _ShippingLine | None
    total_price_set: _BothBag
    current_total_price_set: _BothBag
    total_refunded_set: _Bag
    total_outstanding_set: _Bag
    customer: _OrderCustomer | None
    shipping_address: _ShippingAddress | None
    custom_attributes: list[_Attribute]


class OrderNode(OrderFields):
    line_items: Listing[LineFields]


def _payment_kind(transactions: list[_Transaction]) -> str | None:
    """Return how an order was first paid; later charges are those of accepted offers."""
    for each in transactions:
        if each.kind in _CHARGES and each.status == "SUCCESS" and each.payment_details is not None:
            return each.payment_details.kind()
    return None


def order_of(fields: OrderFields, lines: list[LineFields]) -> Order:
    """Return an order with all of its lines, in the shop's currency and as it was paid."""
    customer, address, currency = fields.customer, fields.shipping_address, fields.currency_code
    paid_in = fields.presentment_currency_code
    email = customer.default_email_address if customer else None
    phone = customer.default_phone_number if customer else None
    return Order(
        id=fields.id,
        name=fields.name,
        reference_id=fields.checkout_token or None,
        customer_id=customer.id if customer else None,
        email=fields.email or (email.email_address if email else None) or None,
        phone=fields.phone or (phone.phone_number if phone else None) or None,
        created_at=fields.created_at,
        updated_at=fields.updated_at,
        currency=currency,
        presentment_currency=paid_in,
        total=fields.total_price_set.minor(currency),
        current_total=fields.current_total_price_set.minor(currency),
        lines=tuple(line.item(currency, paid_in) for line in lines),
        refunded=fields.total_refunded_set.minor(currency),
        outstanding=max(0, fields.total_outstanding_set.minor(currency)),
        cancelled_at=fields.cancelled_at,
        financial_status=(fields.display_financial_status or "pending").lower(),
        gateways=tuple(fields.payment_gateway_names),
        source_name=fields.source_name or "web",
        country_code=address.country_code_v2 if address else None,
        province_code=(address.province_code or None) if address else None,
        has_shipping_address=address is not None,
        locale=fields.customer_locale or None,
        first_name=(customer.first_name if customer else None) or (address.first_name if address else None) or None,
        attributes=tuple((pair.key, pair.value or "") for pair in fields.custom_attributes),
        discount_codes=tuple(fields.discount_codes),
        shipping_method=fields.shipping_line.title if fields.shipping_line else None,
        is_test=fields.test,
        presentment_total=fields.total_price_set.shown(paid_in),
        presentment_current_total=fields.current_total_price_set.shown(paid_in),
        starts_subscription=any(line.selling_plan and line.current_quantity for line in lines),
        needs_shipping=fields.requires_shipping,
        has_duties=fields.original_total_duties_set is not None
        and fields.original_total_duties_set.minor(currency) > 0,
        payment_kind=_payment_kind(fields.transactions),
        fulfilment=fields.display_fulfillment_status.lower() if fields.display_fulfillment_status else None,
    )
