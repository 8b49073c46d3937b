"""The merchant's words: which language's, and what is put in for their variables."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.page_layout import BLOCKS, LAYOUTS, Layout
from server.domain.page_words import VARIABLES, Texts, Translation, are_sound, filled, words_for

TEXTS = Texts(heading="Hello", badge="{percent} off")
TRANSLATIONS = (
    Translation(language="de", heading="Hallo", badge="{percent} weniger"),
    Translation(language="de-AT", heading="Servus"),
    Translation(language="pt-BR", heading="Oi {product}"),
)


@pytest.mark.parametrize(
    ("locale", "heading"),
    [
        ("de", "Hallo"),
        ("de-AT", "Servus"),
        ("DE_at", "Servus"),
        ("de-CH", "Hallo"),
        ("pt-PT", "Hello"),
        ("en", "Hello"),
        ("", "Hello"),
        (None, "Hello"),
    ],
)
def test_the_nearest_language_is_taken(locale: str | None, heading: str) -> None:
    assert words_for("heading", TEXTS, TRANSLATIONS, locale=locale, values={}) == heading


def test_what_a_country_lacks_its_language_says() -> None:
    assert words_for("badge", TEXTS, TRANSLATIONS, locale="de-AT", values={"percent": "15 %"}) == "15 % weniger"


def test_a_text_that_cannot_be_filled_is_passed_over() -> None:
    assert words_for("heading", TEXTS, TRANSLATIONS, locale="pt-BR", values={"product": None}) == "Hello"
    assert words_for("badge", TEXTS, TRANSLATIONS, locale="de", values={}) is None


def test_what_is_put_in_is_never_looked_at_again() -> None:
    values = {"product": "{bought} <b>{{7*7}}</b> \\1", "bought": "x"}
    assert filled("For {product}", values) == "For {bought} <b>{{7*7}}</b> \\1"


@pytest.mark.parametrize("text", ["", "{", "}", "{}", "{{product}}", "{Product}", "{ product }", "{product.title}"])
def test_braces_are_for_variables_alone(text: str) -> None:
    assert are_sound(text) is (text == "")


@given(st.lists(st.one_of(st.text().filter(lambda text: not set("{}") & set(text)), st.sampled_from(list(VARIABLES)))))
def test_every_sound_text_can_be_filled(parts: list[str]) -> None:
    text = "".join(f"{{{each}}}" if each in VARIABLES else each for each in parts)
    expected = "".join("value" if each in VARIABLES else each for each in parts)
    assert filled(text, dict.fromkeys(VARIABLES, "value")) == expected


@pytest.mark.parametrize("layout", [*map(Layout, LAYOUTS), Layout("story", ("price", "badge")), Layout(blocks=BLOCKS)])
def test_the_whole_cost_stands_before_the_buttons_in_every_layout(layout: Layout) -> None:
    assert layout.order[-3:] == ("cost", "buttons", "note")
    assert {"heading", "title", "price", "choices", "terms", "timer", "items"} <= set(layout.order)
    assert len(set(layout.order)) == len(layout.order)
    assert set(layout.order[:-3]) <= set(BLOCKS)
