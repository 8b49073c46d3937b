"""What REST bodies and GraphQL answers say alike about products."""

DESCRIPTION_LENGTH = 500  # as `description(truncateAt: …)` in ProductFields.graphql
_ONLY_VARIANT = "Default Title"  # how Shopify names the one variant of a product without options


def variant_title(title: str) -> str | None:
    """Return the title of a variant where it tells anything apart."""
    return None if title in {"", _ONLY_VARIANT} else title


def is_sellable(*, status: str, is_published: bool, needs_selling_plan: bool = False) -> bool:
    """Tell whether a shopper could buy the product once, without a subscription."""
    return status.lower() == "active" and is_published and not needs_selling_plan
