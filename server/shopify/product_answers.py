"""Answers of the Admin API about products, variants and stock, read into our own words."""

from collections.abc import Iterable
from typing import Literal

from pydantic import Field, field_validator

from server.domain.orders import VariantFacts
from server.ports import CollectionSnapshot, ItemStock, Location, LocationStock, ProductSnapshot
from server.shopify.answers import AnyNode, Listing, Part, ShopMoney
from server.shopify.validation import Amount, Moment, PlainId, Text, minor

_ONLY_VARIANT = "Default Title"  # how Shopify names the one variant of a product without options


def variant_title(title: str) -> str | None:
    """Return the title of a variant where it tells anything apart."""
    return None if title in {"", _ONLY_VARIANT} else title


def is_sellable(*, status: str, is_published: bool, needs_selling_plan: bool = False) -> bool:
    """Tell whether a shopper could buy the product once, without a subscription."""
    return status.lower() == "active" and is_published and not needs_selling_plan


class _Image(Part):
    url: Text
    alt_text: Text | None = None


class _Preview(Part):
    image: _Image | None = None


class _Media(Part):
    preview: _Preview | None = None


class ProductFields(Part):
    id: PlainId
    title: Text
    handle: Text
    status: str
    published_at: Moment | None
    requires_selling_plan: bool
    tags: list[Text]
    product_type: Text
    vendor: Text
    updated_at: Moment
    description: Text
    featured_media: _Media | None

    @property
    def image(self) -> _Image | None:
        preview = self.featured_media.preview if self.featured_media else None
        return preview.image if preview else None


class _InventoryItem(Part):
    id: PlainId
    tracked: bool
    unit_cost: ShopMoney | None


class VariantFields(Part):
    id: PlainId
    title: Text
    sku: Text | None
    price: Amount  # in the shop's currency, which the listing names beside
    compare_at_price: Amount | None
    inventory_policy: str
    inventory_quantity: int | None
    inventory_item: _InventoryItem

    def facts(self, product: ProductFields, currency: str) -> VariantFacts:
        cost, before, image = self.inventory_item.unit_cost, self.compare_at_price, product.image
        return VariantFacts(
            variant_id=self.id,
            product_id=product.id,
            title=product.title,
            variant_title=variant_title(self.title),
            price=minor(self.price, currency),
            available=(self.inventory_quantity or 0) if self.inventory_item.tracked else None,
            is_sellable=is_sellable(
                status=product.status,
                is_published=product.published_at is not None,
                needs_selling_plan=product.requires_selling_plan,
            ),
            is_by_plan_only=product.requires_selling_plan
            and is_sellable(status=product.status, is_published=product.published_at is not None),
            tags=frozenset(product.tags),
            compare_at_price=None if before is None else minor(before, currency),
            unit_cost=minor(cost.amount, currency) if cost and cost.currency_code == currency else None,
            sells_when_out_of_stock=self.inventory_policy == "CONTINUE",
            description=product.description,
            image_url=image.url if image else None,
            image_alt=(image.alt_text or None) if image else None,
            handle=product.handle,
            sku=self.sku or "",
            product_type=product.product_type,
            vendor=product.vendor,
        )


class ProductNode(ProductFields):
    variants: Listing[VariantFields]
    selling_plan_groups: Listing[AnyNode] | None = None  # asked for where one product is


class SortedProductNode(ProductNode):
    collections: Listing[AnyNode]


class CollectionFields(Part):
    id: PlainId
    title: Text

    def snapshot(self, products: Iterable[AnyNode]) -> CollectionSnapshot:
        return CollectionSnapshot(self.id, self.title, tuple(each.id for each in products))


class CollectionNode(CollectionFields):
    products: Listing[AnyNode]


class VariantNode(VariantFields):
    typename: Literal["ProductVariant"] = Field(alias="__typename")
    product: ProductFields


class OtherNode(Part):
    """Something else, never a variant that cannot be read."""

    typename: str = Field(alias="__typename")

    @field_validator("typename")
    @classmethod
    def _is_other(cls, name: str) -> str:
        if name == "ProductVariant":
            raise ValueError("a variant")
        return name


class Nodes(Part):
    nodes: list[VariantNode | OtherNode | None]


def product_snapshot(product: ProductFields, variants: list[VariantFields], currency: str) -> ProductSnapshot:
    """Return a product with all of its variants."""
    return ProductSnapshot(
        product_id=product.id,
        title=product.title,
        handle=product.handle,
        status=product.status.lower(),
        tags=tuple(product.tags),
        product_type=product.product_type,
        vendor=product.vendor,
        updated_at=product.updated_at,
        variants=tuple(variant.facts(product, currency) for variant in variants),
        inventory_item_ids={variant.id: variant.inventory_item.id for variant in variants},
    )


class _StockedVariant(Part):
    id: PlainId
    inventory_quantity: int | None


class _Variants(Part):
    nodes: list[_StockedVariant]


class LocationNode(Part):
    id: PlainId
    name: Text
    is_active: bool
    fulfills_online_orders: bool

    def location(self) -> Location:
        return Location(self.id, self.name, is_active=self.is_active, is_online=self.fulfills_online_orders)


class _Quantity(Part):
    quantity: int


class LevelFields(Part):
    location: LocationNode
    quantities: list[_Quantity]

    def stock(self) -> LocationStock:
        place, available = self.location, sum(each.quantity for each in self.quantities)
        return LocationStock(
            place.id, place.name, available, is_active=place.is_active, is_online=place.fulfills_online_orders
        )


class ItemFields(Part):
    id: PlainId

    def stock(self, levels: Iterable[LevelFields]) -> ItemStock:
        return ItemStock(self.id, tuple(level.stock() for level in levels))


class ItemNode(ItemFields):
    inventory_levels: Listing[LevelFields]


class InventoryItem(ItemNode):
    tracked: bool
    variants: _Variants | None


class _LyingItem(_InventoryItem, ItemNode):
    """An item as a variant has it, with where it lies."""


class LyingVariantNode(VariantNode):
    inventory_item: _LyingItem


class LyingNodes(Part):
    nodes: list[LyingVariantNode | OtherNode | None]
