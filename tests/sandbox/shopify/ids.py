"""Numbers that look like Shopify's: 13 or 14 digits, growing, with gaps."""

import sqlite3

PRODUCT = 8_412_000_000_000
COLLECTION = 431_020_000_000
VARIANT = 45_120_000_000_000
INVENTORY_ITEM = 47_203_000_000_000
CUSTOMER = 7_013_000_000_000
ORDER = 5_820_000_000_000
LINE = 14_700_000_000_000
PAYMENT = 6_405_000_000_000
SELLING_PLAN_GROUP = 688_200_000_000
SELLING_PLAN = 690_100_000_000
REFUND = 9_012_000_000_000
ORDER_EDIT = 2_305_000_000_000
DISCOUNT = 1_391_000_000_000
CHECKOUT_LINE_STEP = 5_003
ORDER_STEP = 4_194_301  # room for over 800 lines between the first lines of two orders
STEP = 32_771
SHOP_ID = 61_240_017_003
LOCATION_ID = 72_350_110_419
SHOP_FLOOR_ID = 72_350_143_187  # goods are put there by hand only

_FIRST = {
    "customer": CUSTOMER,
    "orders": ORDER,
    "order_line": LINE,
    "order_edit": ORDER_EDIT,
    "payment": PAYMENT,
    "refund": REFUND,
    "product": PRODUCT,
    "collection": COLLECTION,
    "selling_plan": SELLING_PLAN,
    "selling_plan_group": SELLING_PLAN_GROUP,
    "variant": VARIANT,
    "discount": DISCOUNT,
}


def next_id(connection: sqlite3.Connection, table: str) -> int:
    """Return an id above all of the table's; call it inside the write that uses it.

    Raises:
        KeyError: a table whose ids are not of this kind.
    """
    first = _FIRST[table]
    found: int | None = connection.execute(f"SELECT max(id) FROM {table}").fetchone()[0]
    return first if found is None else found + STEP
