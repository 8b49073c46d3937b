"""What the server itself says on the one-click page, by language; the page brings its own buttons and labels."""

_BECAUSE = {
    "de": {
        "bought_together": "Wird oft zusammen mit {} gekauft",
        "dearer": "Eine Stufe über {}",
        "paired": "Passt zu {}",
        "as_subscription": "Sie haben gerade {} gekauft",
    },
    "fr": {
        "bought_together": "Souvent acheté avec {}",
        "dearer": "Un cran au-dessus de {}",
        "paired": "Va bien avec {}",
        "as_subscription": "Vous venez d\u2019acheter {}",
    },
}


def because_in(locale: str, found_by: str | None, bought: str | None) -> str | None:
    """Return why goods are offered that were found by what was bought; None where the language has no words for it."""
    words = _BECAUSE.get(locale[:2].casefold(), {}).get(found_by or "")
    return words.format(bought) if words is not None and bought is not None else None
