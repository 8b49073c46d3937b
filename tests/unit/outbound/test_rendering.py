from dataclasses import replace
from datetime import date
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.core.money import Money
from server.domain.codes import NewCode
from server.domain.offered import AppliedDiscount
from server.outbound.rendering import (
    MessageRenderer,
    MessageVariables,
    UnknownTemplate,
    UnrenderableMessage,
    shorten,
    variables_of,
)
from server.outbound.segments import count_segments
from server.ports import OfferMessage

VARIABLES = MessageVariables(
    shop_name="Gift Shop",
    shop_address="12 Market Street\nLondon E1 6AN",
    order_name="#1042",
    product_title="Regency Cakestand 3 Tier",
    product_url="https://afters.example/c/ab12.Yk3jd93kdkQ8dk3jd93kdA",
    price_text="£10.83",
    unsubscribe_url="https://afters.example/unsubscribe/abc.def",
    first_name="Anna",
    product_image_url="https://cdn.example/cakestand.png?v=1&width=720",
    image_alt="A cake stand with three tiers",
    was_price_text="£12.75",
    reason_line="Often bought together with your teacups.",
)
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "{{ 7 * 7 }}{% for x in y %}{# c #}",
    "</mj-text><mj-raw><script>alert(1)</script></mj-raw><mj-text>",
    "--><!--[if mso]><script>alert(1)</script><![endif]-->",
    "]]><mj-include path='/etc/passwd' />",
    "&lt;b&gt; &amp;amp; &#60;",
    "{{ self.__init__.__globals__ }}",
    "Grüße — «Ωμέγα» 漢字 🎁",
)
TEXT_FIELDS = (
    "shop_name",
    "shop_address",
    "order_name",
    "product_title",
    "price_text",
    "first_name",
    "image_alt",
    "was_price_text",
    "reason_line",
)


class Page(HTMLParser):
    """What a reader of the HTML would meet: tags with attributes, links, pictures and text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.links: list[str] = []
        self.pictures: list[dict[str, str | None]] = []
        self.text = ""
        self._is_style = False
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}
        held = dict(attrs)
        self._is_style = tag == "style"
        if tag == "a":
            self.links.append(str(held["href"]))
        if tag == "img":
            self.pictures.append(held)

    def handle_endtag(self, tag: str) -> None:
        self._is_style = False

    def handle_data(self, data: str) -> None:
        if not self._is_style:
            self.text += data

    @property
    def flat(self) -> str:
        return " ".join(self.text.split())


@pytest.fixture(scope="module")
def renderer() -> MessageRenderer:
    return MessageRenderer()


def test_an_email_says_everything_it_must(renderer: MessageRenderer) -> None:
    email = renderer.render_email("offer", VARIABLES)
    assert email.subject == "Regency Cakestand 3 Tier to go with your order #1042"
    page = Page(email.html)
    for part in (email.text, page.flat):
        for words in ("Anna", "#1042", "Regency Cakestand 3 Tier", "£10.83", "£12.75", "Gift Shop", "advertisement"):
            assert words in part
        assert "12 Market Street, London E1 6AN" in part
        assert "Often bought together with your teacups." in part
    assert VARIABLES.product_url in email.text
    assert VARIABLES.unsubscribe_url in email.text
    assert page.links.count(VARIABLES.product_url) == 2  # picture and button
    assert page.links[-1] == VARIABLES.unsubscribe_url
    assert page.pictures[0]["src"] == VARIABLES.product_image_url
    assert page.pictures[0]["alt"] == "A cake stand with three tiers"


def test_an_email_fetches_nothing_but_the_picture(renderer: MessageRenderer) -> None:
    html = renderer.render_email("offer", VARIABLES).html
    assert not {"script", "link", "iframe", "form"} & set(Page(html).tags)
    assert "@import" not in html
    assert "url(" not in html
    assert "prefers-color-scheme: dark" in html
    assert html.startswith("<!DOCTYPE html>")
    assert 'lang="en"' in html


def test_an_email_does_without_what_is_not_known(renderer: MessageRenderer) -> None:
    bare = replace(
        VARIABLES, first_name=None, product_image_url=None, image_alt=None, was_price_text=None, reason_line=None
    )
    email = renderer.render_email("offer", bare)
    for part in (email.text, Page(email.html).text):
        assert "None" not in part
        assert "was" not in part
        assert "Thank you for your order #1042." in part
    assert Page(email.html).pictures == []
    assert "\n\n\n" not in email.text
    assert email.text.endswith("\n")


def test_the_picture_is_described_by_the_title_where_the_shop_says_nothing(renderer: MessageRenderer) -> None:
    html = renderer.render_email("offer", replace(VARIABLES, image_alt=None)).html
    assert Page(html).pictures[0]["alt"] == VARIABLES.product_title


@pytest.mark.parametrize("field", TEXT_FIELDS)
@pytest.mark.parametrize("hostile", HOSTILE)
def test_text_stays_text(renderer: MessageRenderer, field: str, hostile: str) -> None:
    usual = Page(renderer.render_email("offer", VARIABLES).html)
    email = renderer.render_email("offer", replace(VARIABLES, **{field: hostile}))
    page = Page(email.html)
    assert page.tags == usual.tags
    assert page.attributes == usual.attributes
    assert page.links == usual.links
    assert "{{" not in email.html
    shown = page.pictures[0]["alt"] if field == "image_alt" else page.text
    assert hostile in str(shown)
    if field != "image_alt":
        assert hostile in email.text


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(text=st.text(max_size=80), field=st.sampled_from(TEXT_FIELDS))
def test_no_text_at_all_breaks_a_message(renderer: MessageRenderer, text: str, field: str) -> None:
    variables = replace(VARIABLES, **{field: text})
    email = renderer.render_email("offer", variables)
    assert "\n" not in email.subject
    assert "script" not in Page(email.html).tags
    email.html.encode()
    email.text.encode()
    assert "\n" not in renderer.render_sms("offer_sms", variables)


@pytest.mark.parametrize(
    "mark", ["\r\nBcc: everyone@example.com", "\n", "\x00", "\x1b[2J", "\u202e", "\ud800", "\u2028"]
)
def test_control_characters_never_reach_a_message(renderer: MessageRenderer, mark: str) -> None:
    email = renderer.render_email("offer", replace(VARIABLES, product_title=f"Cake{mark}stand", first_name=f"A{mark}"))
    for part in (email.subject, email.text.replace("\n", ""), email.html.replace("\n", "")):
        assert mark not in part
    assert "\n" not in email.subject


def test_an_address_of_several_lines_becomes_one(renderer: MessageRenderer) -> None:
    email = renderer.render_email("offer", replace(VARIABLES, shop_address="  Unit 1 \r\n\r\n 2 High St\n Leeds "))
    assert "Gift Shop, Unit 1, 2 High St, Leeds" in email.text


@pytest.mark.parametrize("field", ["product_url", "product_image_url", "unsubscribe_url"])
@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "//evil.example/x",
        "/c/x",
        "https://",
        "https://a.example/ x",
        'https://a.example/"onclick="x',
        "https://a.example/\r\nBcc: x",
        "https://[bad/",
        "",
    ],
)
def test_links_that_are_no_web_addresses_are_refused(renderer: MessageRenderer, field: str, link: str) -> None:
    with pytest.raises(UnrenderableMessage, match=field):
        renderer.render_email("offer", replace(VARIABLES, **{field: link}))
    with pytest.raises(UnrenderableMessage, match=field):
        renderer.render_sms("offer_sms", replace(VARIABLES, **{field: link}))


def test_a_long_title_is_cut_in_the_subject_only(renderer: MessageRenderer) -> None:
    title = "Set of twelve vintage Christmas tree decorations in handmade recycled glass with velvet ribbon"
    email = renderer.render_email("offer", replace(VARIABLES, product_title=title))
    assert len(email.subject) < 100
    assert "... to go with" in email.subject
    assert title in email.text


def test_an_sms_names_the_shop_the_link_and_the_way_out_in_one_segment(renderer: MessageRenderer) -> None:
    text = renderer.render_sms("offer_sms", VARIABLES)
    assert text.startswith("Gift Shop: Regency Cakestand 3 Tier goes with your order #1042, £10.83")
    assert VARIABLES.product_url in text
    assert text.endswith("Reply STOP to opt out")
    assert count_segments(text).segments == 1


def test_an_sms_gives_up_reason_then_former_price_then_the_end_of_the_title(renderer: MessageRenderer) -> None:
    link = {"product_url": "https://a.example/c/ab12.Yk3jd9"}
    everything = renderer.render_sms("offer_sms", replace(VARIABLES, **link, reason_line="Goes with teacups"))
    assert "(was £12.75)" in everything
    assert "Goes with teacups" in everything
    no_reason = renderer.render_sms("offer_sms", replace(VARIABLES, **link))
    assert "(was £12.75)" in no_reason
    assert "Often bought" not in no_reason
    title = "Regency Cakestand 3 Tier in Ivory Porcelain with Gilded Handles"
    cut = renderer.render_sms("offer_sms", replace(VARIABLES, product_title=title))
    assert "Regency Cakestand 3 Tier in Ivory..." in cut
    assert "was" not in cut
    assert count_segments(cut).segments == 1


def test_an_sms_that_cannot_be_short_stays_whole(renderer: MessageRenderer) -> None:
    url = "https://afters.example/c/" + "x" * 150
    text = renderer.render_sms("offer_sms", replace(VARIABLES, product_url=url))
    assert url in text
    assert VARIABLES.product_title in text
    assert count_segments(text).segments == 2


def test_an_sms_with_little_to_say_gives_up_only_the_title(renderer: MessageRenderer) -> None:
    title = "Regency Cakestand 3 Tier in Ivory Porcelain with Gilded Handles"
    bare = replace(VARIABLES, product_title=title, reason_line=None, was_price_text=None)
    assert "Regency Cakestand 3 Tier in Ivory... goes" in renderer.render_sms("offer_sms", bare)


def test_an_sms_uses_plain_punctuation(renderer: MessageRenderer) -> None:
    text = renderer.render_sms("offer_sms", replace(VARIABLES, price_text="10,83\u00a0€", shop_name="Anna\u2019s"))
    assert "10,83 €" in text
    assert text.startswith("Anna's: ")
    assert count_segments(text).encoding == "gsm"


MESSAGE = OfferMessage(
    template="offer",
    locale="de-DE",
    shop_name="Gift Shop",
    first_name=None,
    order_name="#7",
    product_title="Tortenständer",
    product_url="https://afters.example/c/x",
    image_url=None,
    image_alt=None,
    price=1083,
    full_price=1275,
    currency="EUR",
    reason_line=None,
    unsubscribe_url="https://afters.example/unsubscribe/x",
    postal_address="Berlin",
)


def test_the_port_writes_amounts_in_the_locale(renderer: MessageRenderer) -> None:
    words = renderer.render("email", MESSAGE)
    assert words.subject == "Tortenständer to go with your order #7"
    assert "10,83\u00a0€ (was 12,75\u00a0€)" in words.text.replace("10,83 ", "10,83\u00a0").replace("75 ", "75\u00a0")
    assert words.html is not None
    sms = renderer.render("sms", MESSAGE)
    assert "10,83 €" in sms.text
    assert (sms.subject, sms.html) == (None, None)


GIFT = replace(
    MESSAGE,
    template="thanks",
    product_title="",
    code=NewCode("ABCDE-12345", AppliedDiscount("Thanks", percent=Decimal("12.5")), date(2026, 12, 24)),
)


@pytest.mark.parametrize("template", ["thanks", "reward"])
def test_a_message_that_brings_a_code_says_its_worth_and_its_last_day(renderer: MessageRenderer, template: str) -> None:
    words = renderer.render("email", replace(GIFT, template=template))
    assert words.subject is not None
    assert words.subject.replace("\u00a0", " ").startswith("12,5 % off your next order")
    assert words.html is not None
    for text in (words.text, words.html, renderer.render("call", replace(GIFT, template=template)).text):
        assert "ABCDE-12345" in text
        assert "24. Dezember 2026" in text
    sms = renderer.render("sms", replace(GIFT, template=template)).text
    assert "24. Dezember 2026" in sms
    assert "Reply STOP" in sms


def test_an_amount_off_is_written_in_the_locale(renderer: MessageRenderer) -> None:
    code = NewCode("A", AppliedDiscount("Thanks", amount=Money(300, "JPY")), date(2026, 12, 24))
    variables = variables_of(replace(GIFT, locale="ja", code=code))
    assert (variables.code_worth, variables.code_until) == ("￥300", "2026年12月24日")


def test_goods_with_a_code_say_how_the_price_is_had(renderer: MessageRenderer) -> None:
    words = renderer.render("email", replace(MESSAGE, code=GIFT.code))
    assert "until 24. Dezember 2026, with the code ABCDE-12345" in words.text
    assert "ABCDE-12345" in renderer.render("call", replace(MESSAGE, code=GIFT.code)).text
    assert "ABCDE" not in renderer.render("sms", replace(MESSAGE, code=GIFT.code)).text, "the link brings it along"


@pytest.mark.parametrize("full_price", [1083, 1000])
def test_a_former_price_is_named_only_where_it_was_higher(full_price: int) -> None:
    assert variables_of(replace(MESSAGE, full_price=full_price)).was_price_text is None


@pytest.mark.parametrize("template", ["no_such", "../offer", "", "offer/../../pages"])
def test_an_unknown_template_is_named(renderer: MessageRenderer, template: str) -> None:
    with pytest.raises(UnknownTemplate):
        renderer.render_email(template, VARIABLES)


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("subject.txt", "{{ no_such_variable }}"),
        ("subject.txt", "{{ product_title"),
        ("subject.txt", "{{ product_title.__class__.__mro__ }}"),
        ("body.mjml", "<mjml><mj-body>"),
    ],
)
def test_a_faulty_template_is_named(tmp_path: Path, name: str, source: str) -> None:
    folder = tmp_path / "odd"
    folder.mkdir()
    for each, plain in (("subject.txt", "x"), ("body.txt", "x"), ("body.mjml", "<mjml><mj-body></mj-body></mjml>")):
        (folder / each).write_text(source if each == name else plain)
    with pytest.raises(UnrenderableMessage, match=name):
        MessageRenderer(tmp_path).render_email("odd", VARIABLES)


@given(st.text(max_size=100), st.integers(4, 80))
def test_shortening_keeps_the_limit(text: str, length: int) -> None:
    short = shorten(text, length)
    assert len(short) <= length
    assert short == text or short.endswith("...")
