from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sandbox.data.online_retail import ProductRow
from tests.sandbox.shopify.generator_catalogue import families
from tests.sandbox.shopify.generator_titles import OTHER_TYPE, TYPES, display_title, product_type, tags
from tests.sandbox.shopify.pictures import picture_svg, shade


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("SET/3 RED GINGHAM ROSE STORAGE BOX", "Set of 3 Red Gingham Rose Storage Box"),
        ("S/4 CONTEMPORY PINK ROSEBUD CANDLES", "Set of 4 Contempory Pink Rosebud Candles"),
        ("CHILDREN'S APRON DOLLY GIRL", "Children's Apron Dolly Girl"),
        ("PAPER CHAIN KIT 50'S CHRISTMAS", "Paper Chain Kit 50's Christmas"),
        ("15CM CHRISTMAS GLASS BALL 20 LIGHTS", "15cm Christmas Glass Ball 20 Lights"),
        ("WHITE HANGING HEART T-LIGHT HOLDER", "White Hanging Heart T-Light Holder"),
        ("DOG BOWL , CHASING BALL DESIGN", "Dog Bowl, Chasing Ball Design"),
        ("*USB Office Mirror Ball", "USB Office Mirror Ball"),
        ("FANCY FONT HOME SWEET HOME DOORMAT", "Fancy Font Home Sweet Home Doormat"),
        ("POLYESTER FILLER PAD 45x45cm", "Polyester Filler Pad 45x45cm"),
        ("THE KING GIFT BAG", "The King Gift Bag"),
    ],
)
def test_titles_fit_for_a_window(raw: str, shown: str) -> None:
    assert display_title(raw) == shown


@pytest.mark.parametrize(
    ("title", "kind", "words"),
    [
        ("Jumbo Bag Red Retrospot", "Bags & Purses", {"bag", "red", "retrospot"}),
        ("White Hanging Heart T-Light Holder", "Candles & Lights", {"heart", "t-light", "white"}),
        ("Pink Heart Christmas Decoration", "Christmas", {"christmas", "heart", "pink"}),
        ("Wrap Bad Hair Day", "Cards & Gift Wrap", {"wrap"}),
        ("Doormat Union Jack", "Textiles", {"doormat", "union jack"}),
        ("Next Day Carriage", "Services", set()),
        ("Space Frog", OTHER_TYPE, set()),
    ],
)
def test_types_and_tags_come_from_words(title: str, kind: str, words: set[str]) -> None:
    assert product_type(title) == kind
    assert set(tags(title)) == words


def _row(sku: str, title: str) -> ProductRow:
    return ProductRow(sku, title, (title,), 100, 0, 0, 0, 0)


def test_skus_that_differ_in_a_word_are_variants() -> None:
    found = families([_row("90214A", 'LETTER "A" BLING KEY RING'), _row("90214B", 'LETTER "B" BLING KEY RING')])
    assert [(family.title, family.option_name, family.options) for family in found] == [
        ("Letter Bling Key Ring", "Design", ("A", "B"))
    ]


def test_colours_are_called_colours() -> None:
    found = families([_row("84707A", "SILVER JEWELLED TRAY"), _row("84707B", "PINK JEWELLED TRAY")])
    assert found[0].option_name == "Colour"


@pytest.mark.parametrize(
    "titles",
    [
        ("SKY BLUE COLOUR GLASS GEMS IN BAG", "CLEAR COLOUR GLASS GEMS IN BAG", "DEEP BLUE GLASS GEMS IN BAG X"),
        ("PINK BAG", "BLUE BAG"),  # one word is not enough to be a product's name
        ("PINK GLASS TRAY", "PINK GLASS TRAY"),
        ("GLASS TRAY", "PINK GLASS TRAY"),
        ("ROSE CANDLE IN JEWELLED GLASS BOX", "OCEAN SCENT FOR A JEWEL GLASS BOX"),
    ],
)
def test_others_stay_products_of_their_own(titles: tuple[str, ...]) -> None:
    rows = [_row(f"10000{letter}", title) for letter, title in zip("ABC", titles, strict=False)]
    assert [len(family.rows) for family in families(rows)] == [1] * len(rows)


@pytest.mark.parametrize("kind", TYPES)
def test_every_type_has_a_picture_of_its_own(kind: str) -> None:
    assert ET.fromstring(picture_svg(1, "Plain Thing", kind)).attrib["viewBox"] == "0 0 600 600"
    if kind != OTHER_TYPE:
        assert _body(kind) != _body(OTHER_TYPE)


def _body(kind: str) -> str:
    return picture_svg(1, "Plain Thing", kind).split("</title>")[1].split("<ellipse")[1]


@given(st.integers(1, 10**14), st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=40))
def test_a_picture_is_well_formed_and_always_the_same(product_id: int, title: str) -> None:
    drawn = picture_svg(product_id, title, "Garden")
    root = ET.fromstring(drawn)
    assert root.attrib["aria-label"] == title
    drawn_with = [value for each in root.iter() for name, value in each.attrib.items() if name != "aria-label"]
    assert not any("{" in value for value in drawn_with), "a placeholder was left"
    assert drawn == picture_svg(product_id, title, "Garden")


def test_pictures_take_the_colour_of_the_title() -> None:
    assert "#dd7fa3" in picture_svg(5, "Pink Mug", "Kitchen & Dining")
    assert picture_svg(5, "Pink Mug", "Garden") != picture_svg(6, "Pink Mug", "Garden")


def test_shades_stay_colours() -> None:
    assert shade("#808080", 0.5) == "#404040"
    assert shade("#ffffff", 4) == "#f7f7f7"
