"""The REST-shaped product of products/update, read into our own words.

It is not the whole truth: since 2024 its variants do not say whether stock is tracked, unit costs and the currency
are missing, and of a product with many variants only the newest are listed (`variant_gids` names all).
"""

from decimal import Decimal
from html.parser import HTMLParser
from typing import Annotated

from pydantic import BaseModel

from server.core.errors import AppError
from server.core.money import exponent
from server.domain.orders import VariantFacts
from server.ports import ProductSnapshot
from server.shopify.catalogue import DESCRIPTION_LENGTH, is_sellable, variant_title
from server.shopify.validation import Amount, Moment, NullIsEmpty, PlainId, Text


class PartialProduct(AppError):
    """The body lists some of the product's variants only: the product must be fetched."""

    code = "partial_product"


class _Variant(BaseModel):
    id: PlainId
    title: Text | None = None
    sku: Text | None = None
    price: Amount
    compare_at_price: Amount | None = None
    inventory_item_id: PlainId | None = None
    inventory_policy: str | None = None
    inventory_quantity: int | None = None
    inventory_management: str | None = "shopify"  # only older versions state it; null means not tracked


class _Image(BaseModel):
    src: Text
    alt: Text | None = None


class _Named(BaseModel):
    admin_graphql_api_id: PlainId


class ProductPayload(BaseModel):
    id: PlainId
    title: Text
    body_html: Text | None = None
    handle: Text | None = None
    status: Text
    tags: Text | list[Text] | None = None
    product_type: Text | None = None
    vendor: Text | None = None
    updated_at: Moment
    published_at: Moment | None = None
    variants: Annotated[list[_Variant], NullIsEmpty]
    variant_gids: list[_Named] | None = None
    image: _Image | None = None

    def snapshot(self, currency: str | None) -> ProductSnapshot:
        """Return the product; without a `currency`, prices count in the decimals that they are written with.

        Raises:
            PartialProduct.
        """
        listed = {variant.id for variant in self.variants}
        if {named.admin_graphql_api_id for named in self.variant_gids or ()} - listed:
            raise PartialProduct("The body does not list all variants of the product; fetch it.", product_id=self.id)
        tags = self.tags if isinstance(self.tags, list) else (self.tags or "").split(",")
        tags = [tag.strip() for tag in tags if tag.strip()]
        return ProductSnapshot(
            product_id=self.id,
            title=self.title,
            handle=self.handle or "",
            status=self.status.lower(),
            tags=tuple(tags),
            product_type=self.product_type or "",
            vendor=self.vendor or "",
            updated_at=self.updated_at,
            variants=tuple(self._facts(variant, tags, currency) for variant in self.variants),
            inventory_item_ids={
                variant.id: variant.inventory_item_id for variant in self.variants if variant.inventory_item_id
            },
            skus={variant.id: variant.sku for variant in self.variants if variant.sku},
        )

    def _facts(self, variant: _Variant, tags: list[str], currency: str | None) -> VariantFacts:
        before = variant.compare_at_price
        return VariantFacts(
            variant_id=variant.id,
            product_id=self.id,
            title=self.title,
            variant_title=variant_title(variant.title or ""),
            price=_minor(variant.price, currency),
            available=variant.inventory_quantity if variant.inventory_management else None,
            is_sellable=is_sellable(status=self.status, is_published=self.published_at is not None),
            tags=frozenset(tags),
            compare_at_price=None if before is None else _minor(before, currency),
            sells_when_out_of_stock=variant.inventory_policy == "continue",
            description=plain_text(self.body_html or ""),
            image_url=self.image.src if self.image else None,
            image_alt=(self.image.alt or None) if self.image else None,
            handle=self.handle or None,
        )


def _minor(amount: Decimal, currency: str | None) -> int:
    written = amount.as_tuple().exponent
    places = exponent(currency) if currency else max(0, -written) if isinstance(written, int) else 0
    return int(amount.scaleb(places).to_integral_value())


class _TextOf(HTMLParser):
    _UNSEEN = frozenset({"script", "style"})

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []

    def parse_marked_section(self, i: int, report: int = 1) -> int:  # noqa: ARG002 - the base's signature
        return self.rawdata.find(">", i) + 1 or -1  # the base's fails on any section it does not know

    def handle_data(self, data: str) -> None:
        if self.cdata_elem not in self._UNSEEN:
            self.parts.append(data)


def plain_text(html: str) -> str:
    """Return the words of a description without its markup, cut to the length that the API gives too."""
    reader = _TextOf()
    reader.feed(html)
    reader.close()
    return " ".join(" ".join(reader.parts).split())[:DESCRIPTION_LENGTH]
