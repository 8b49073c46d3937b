"""Bodies of Shopify's webhooks, read into our own words."""

from typing import Annotated, TypeVar

from pydantic import BaseModel, Field, ValidationError

from server.domain.orders import Order
from server.ports import ConsentChange, CustomerRequest, UnreadablePayload
from server.shopify.order_payload import OrderPayload
from server.shopify.topics import CONSENT_CHANNELS
from server.shopify.validation import Moment, NullIsEmpty, PlainId, Text, explain

Shape = TypeVar("Shape", bound=BaseModel)
_ConsentState = Annotated[
    str, Field(pattern=r"\A(subscribed|unsubscribed|not_subscribed|never_subscribed|pending|invalid|redacted)\z")
]


class _Edit(BaseModel):
    order_id: PlainId


class _OrderReference(BaseModel):
    """Any of three bodies: an edit wraps the id, a refund names it, a cancellation is the order itself."""

    order_edit: _Edit | None = None
    order_id: PlainId | None = None
    id: PlainId | None = None
    checkout_token: str | None = None
    line_items: list[object] | None = None


class _Changed(BaseModel):
    """A product or a collection, of which the id is all that is read."""

    id: PlainId


class _PlanGroup(BaseModel):
    admin_graphql_api_id: PlainId


class _Level(BaseModel):
    inventory_item_id: PlainId


class _Consent(BaseModel):
    state: _ConsentState
    opt_in_level: Text | None = None
    consent_updated_at: Moment | None = None


class _EmailConsent(BaseModel):
    customer_id: PlainId | None
    email_address: Text | None = None
    email_marketing_consent: _Consent | None


class _SmsConsent(BaseModel):
    id: PlainId | None
    phone: Text | None = None
    sms_marketing_consent: _Consent | None


class _Person(BaseModel):
    id: PlainId | None = None
    email: Text | None = None
    phone: Text | None = None


class _PrivacyRequest(BaseModel):
    """Bodies of customers/redact and customers/data_request; a guest has no id."""

    customer: _Person
    orders_to_redact: Annotated[list[PlainId], NullIsEmpty] = Field(default_factory=list)
    orders_requested: Annotated[list[PlainId], NullIsEmpty] = Field(default_factory=list)


def read_order(raw: bytes) -> Order:
    """Read the body of orders/create, orders/paid or orders/cancelled.

    Raises:
        UnreadablePayload.
    """
    return _read(OrderPayload, raw).order()


def read_order_reference(raw: bytes) -> str:
    """Return the order id that orders/edited, refunds/create or orders/cancelled speaks of.

    Raises:
        UnreadablePayload.
    """
    body = _read(_OrderReference, raw)
    if body.order_edit:
        return body.order_edit.order_id
    found = body.order_id or (body.id if body.line_items is not None else None)
    if found is None:
        raise UnreadablePayload("The body names no order.")
    return found


def read_product_id(raw: bytes) -> str:
    """Return the product id of a products/* body.

    Raises:
        UnreadablePayload.
    """
    return _read(_Changed, raw).id


def read_collection_id(raw: bytes) -> str:
    """Return the collection id of a collections/* body.

    Raises:
        UnreadablePayload.
    """
    return _read(_Changed, raw).id


def read_plan_group_id(raw: bytes) -> str:
    """Return the id of the group that a selling_plan_groups/* body speaks of.

    Raises:
        UnreadablePayload.
    """
    return _read(_PlanGroup, raw).admin_graphql_api_id


def read_inventory_item_id(raw: bytes) -> str:
    """Return the inventory item id of an inventory_levels/* body.

    Raises:
        UnreadablePayload.
    """
    return _read(_Level, raw).inventory_item_id


def read_consent(raw: bytes, *, topic: str) -> ConsentChange:
    """Read the body of one of the two consent topics.

    Raises:
        UnreadablePayload: also for any other topic.
    """
    channel = CONSENT_CHANNELS.get(topic)
    if channel == "email":
        email = _read(_EmailConsent, raw)
        return _change(channel, email.customer_id, email.email_address, email.email_marketing_consent)
    if channel == "sms":
        sms = _read(_SmsConsent, raw)
        return _change(channel, sms.id, sms.phone, sms.sms_marketing_consent)
    raise UnreadablePayload(f"'{topic}' is no consent topic.")


def read_customer_request(raw: bytes) -> CustomerRequest:
    """Read the body of customers/redact or customers/data_request.

    Raises:
        UnreadablePayload: also where it names nobody.
    """
    body = _read(_PrivacyRequest, raw)
    person = body.customer
    request = CustomerRequest(
        customer_id=person.id,
        email=person.email or None,
        phone=person.phone or None,
        order_ids=tuple(body.orders_to_redact + body.orders_requested),
    )
    if not (request.customer_id or request.email or request.phone or request.order_ids):
        raise UnreadablePayload("The request names no person and no order.")
    return request


def _change(channel: str, customer_id: str | None, address: str | None, consent: _Consent | None) -> ConsentChange:
    # Null: the customer has no address on this channel, hence none that may be written to.
    consent = consent or _Consent(state="not_subscribed")
    return ConsentChange(
        channel=channel,
        customer_id=customer_id,
        address=address or None,
        state=consent_state(consent.state),
        occurred_at=consent.consent_updated_at,
        opt_in_level=consent.opt_in_level,
    )


def consent_state(text: str) -> str:
    """Return our word for a consent state, whichever API spelt it."""
    state = text.lower()
    return "not_subscribed" if state == "never_subscribed" else state


def _read(shape: type[Shape], raw: bytes) -> Shape:
    try:
        return shape.model_validate_json(raw)
    except ValidationError as error:
        raise UnreadablePayload(f"The body cannot be read: {explain(error)}.") from None
