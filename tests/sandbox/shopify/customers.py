"""Finds or makes the customer behind a checkout, and changes consent."""

import json
import sqlite3
from typing import Literal

from tests.sandbox.shopify import ids
from tests.sandbox.shopify.action import Action, acting
from tests.sandbox.shopify.checkout_state import CheckoutState
from tests.sandbox.shopify.generator_places import NOWHERE_TIME_ZONE, time_zone
from tests.sandbox.shopify.payloads import email_consent_update, one, sms_consent_update
from tests.sandbox.shopify.quoting import CheckoutRefused
from tests.sandbox.shopify.webhooks import WebhookSender
from tests.sandbox.shopify.world import World

Channel = Literal["email", "sms"]
STATES: dict[Channel, frozenset[str]] = {
    "email": frozenset({"SUBSCRIBED", "UNSUBSCRIBED", "NOT_SUBSCRIBED", "PENDING", "INVALID", "REDACTED"}),
    "sms": frozenset({"SUBSCRIBED", "UNSUBSCRIBED", "NOT_SUBSCRIBED", "PENDING", "REDACTED"}),
}
_CONSENT_TOPICS: dict[Channel, str] = {
    "email": "customers_email_marketing_consent/update",
    "sms": "customers_marketing_consent/update",
}


def set_consent(
    world: World,
    sender: WebhookSender,
    customer_id: int,
    channel: Channel,
    *,
    state: str,
    opt_in_level: str | None = "SINGLE_OPT_IN",
) -> None:
    """Change a customer's consent, as the merchant or the customer account page would, and send its topic.

    Raises:
        ValueError: a state that the channel does not have.
        LookupError: no such customer.
    """
    with acting(world, sender) as action:
        write_consent(action, customer_id, channel, state=state, opt_in_level=opt_in_level)


def write_consent(action: Action, customer_id: int, channel: Channel, *, state: str, opt_in_level: str | None) -> None:
    """Change consent inside an action; nothing is said when nothing changes."""
    if state not in STATES[channel]:
        raise ValueError(f"{state} is no {channel} consent state")
    row = one(action.connection, "customer", customer_id)
    if (row[f"{channel}_state"], row[f"{channel}_opt_in_level"]) == (state, opt_in_level):
        return
    action.connection.execute(
        f"""UPDATE customer SET {channel}_state = ?, {channel}_opt_in_level = ?, {channel}_consent_at = ?,
            updated_at = ? WHERE id = ?""",
        (state, opt_in_level, action.now_text, action.now_text, customer_id),
    )
    body = email_consent_update if channel == "email" else sms_consent_update
    action.say(_CONSENT_TOPICS[channel], body(action.connection, customer_id))


def buyer(action: Action, state: CheckoutState) -> int | None:
    """Return the customer of a checkout, found or made; None for a buyer without e-mail and phone.

    Found by `customer_id`, else by e-mail, else, without an e-mail, by phone. What the customer's record lacks
    is filled in. A phone number that another customer has stays theirs: it is unique in a shop.
    """
    connection = action.connection
    known = _find(connection, state)
    address = state["shipping_address"]
    address_text = json.dumps(address, ensure_ascii=False) if address else None
    phone = state["phone"] if _is_free(connection, state["phone"], known) else None
    if known is not None:
        connection.execute(
            """UPDATE customer SET first_name = coalesce(first_name, ?), last_name = coalesce(last_name, ?),
               email = coalesce(email, ?), phone = coalesce(phone, ?), address = coalesce(?, address),
               updated_at = ? WHERE id = ?""",
            (state["first_name"], state["last_name"], state["email"], phone, address_text, action.now_text, known),
        )
        return known
    if not state["email"] and not phone:
        return None
    zone = time_zone(address["country_code"], address["province_code"]) if address else NOWHERE_TIME_ZONE
    customer_id = ids.next_id(connection, "customer")
    connection.execute(
        """INSERT INTO customer (id, first_name, last_name, email, phone, locale, address, time_zone, email_state,
           sms_state, created_at, updated_at)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'NOT_SUBSCRIBED', 'NOT_SUBSCRIBED', ?, ?)""",
        (customer_id, state["first_name"], state["last_name"], state["email"], phone, state["locale"],
         address_text, zone, action.now_text, action.now_text),
    )  # fmt: skip
    return customer_id


def _find(connection: sqlite3.Connection, state: CheckoutState) -> int | None:
    wanted = state.get("customer_id")
    if wanted is not None:
        if connection.execute("SELECT 1 FROM customer WHERE id = ?", (wanted,)).fetchone() is None:
            raise CheckoutRefused("unknown_customer", f"There is no customer {wanted}.")
        return wanted
    if state["email"]:
        found = connection.execute(
            "SELECT id FROM customer WHERE email = ? COLLATE NOCASE ORDER BY id", (state["email"],)
        ).fetchone()
    else:
        found = connection.execute("SELECT id FROM customer WHERE phone = ? ORDER BY id", (state["phone"],)).fetchone()
    return None if found is None else int(found[0])


def _is_free(connection: sqlite3.Connection, phone: str | None, customer_id: int | None) -> bool:
    if phone is None:
        return True
    found = connection.execute(
        "SELECT 1 FROM customer WHERE phone = ? AND id IS NOT ?", (phone, customer_id)
    ).fetchone()
    return found is None
