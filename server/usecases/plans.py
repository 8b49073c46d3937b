"""Keeps a shop's selling plans as the platform has them."""

from datetime import datetime

from server.domain.plans import PlanGroup, SellingPlan
from server.ports import PlatformApi, ProductSnapshot
from server.storage.db import Database, Session
from server.storage.plans import SellingPlans


def list_plans(*, database: Database, shop_id: int) -> tuple[SellingPlan, ...]:
    """Return every selling plan of a shop, by name."""
    with database.read() as session:
        return SellingPlans(session, shop_id).everything()


def import_plans(*, database: Database, api: PlatformApi, shop_id: int, now: datetime) -> int:
    """Fetch all of a shop's selling plans, and forget those that are gone; return how many groups there are.

    Raises:
        TemporaryFailure, PermanentFailure, CredentialsRejected.
    """
    found: list[PlanGroup] = []
    cursor: str | None = None
    while True:
        page = api.plan_groups(cursor=cursor)
        found += page.items
        cursor = page.cursor
        if cursor is None:
            break

    def save(session: Session) -> None:
        plans = SellingPlans(session, shop_id)
        for group in sorted(found, key=lambda each: each.group_id):
            plans.save(group, read_at=now)
        plans.keep_only([each.group_id for each in found], read_at=now)

    database.run(save)
    return len(found)


def refresh_group(*, database: Database, api: PlatformApi, shop_id: int, group_id: str, now: datetime) -> bool:
    """Fetch one group of selling plans as it stands; False when that is no news.

    Raises:
        TemporaryFailure, PermanentFailure, CredentialsRejected.
    """
    group = api.plan_group(group_id)

    def save(session: Session) -> bool:
        plans = SellingPlans(session, shop_id)
        if group is None:
            plans.remove(group_id)
            return True
        return plans.save(group, read_at=now)

    return database.run(save)


def follow_product(
    *, database: Database, api: PlatformApi, shop_id: int, product: ProductSnapshot, now: datetime
) -> None:
    """Fetch the groups that a product has joined or left: of that the platform tells with the product alone.

    Raises:
        TemporaryFailure, PermanentFailure, CredentialsRejected.
    """
    if product.plan_group_ids is None:
        return
    with database.read() as session:
        held = SellingPlans(session, shop_id).groups_of(
            product.product_id, [each.variant_id for each in product.variants]
        )
    for group_id in sorted(held ^ product.plan_group_ids):
        refresh_group(database=database, api=api, shop_id=shop_id, group_id=group_id, now=now)
