"""What the reader shows of an e-mail, above all of its unsubscribe headers."""

from email.message import EmailMessage
from email.policy import SMTP

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sandbox.vendors.mail import read_letter

URL = "https://afters.example/unsubscribe/" + "t" * 120


def build(**headers: str) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["From"] = "Gift Shop <shop@gift-shop.example>"
    message["To"] = "Zoë <zoe@example.com>"
    message["Subject"] = "A gift — for you"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content("Plain words")
    message.add_alternative("<p>Rich <b>words</b></p>", subtype="html")
    return message


def test_parts_and_people() -> None:
    read = read_letter(build().as_bytes())
    assert read.subject == "A gift — for you"
    assert read.sender == "Gift Shop <shop@gift-shop.example>"
    assert read.to == "Zoë <zoe@example.com>"
    assert read.text is not None
    assert read.text.strip() == "Plain words"
    assert read.html is not None
    assert "<b>words</b>" in read.html
    assert read.headers.startswith("From: Gift Shop")
    assert "Plain words" not in read.headers


def test_one_click_is_found_when_the_header_stays_whole() -> None:
    message = build(
        List_Unsubscribe=f"<{URL}>, <mailto:stop@x.example>",
        List_Unsubscribe_Post="List-Unsubscribe=One-Click",
    )
    raw = message.as_bytes(policy=SMTP.clone(max_line_length=998))
    assert read_letter(raw).unsubscribe_url == URL


def test_one_click_is_lost_when_the_header_became_encoded_words() -> None:
    message = build(List_Unsubscribe=f"<{URL}>", List_Unsubscribe_Post="List-Unsubscribe=One-Click")
    read = read_letter(message.as_bytes(policy=SMTP))
    assert read.unsubscribe_url is None
    assert read.unsubscribe_fault == "List-Unsubscribe holds no web address"


@pytest.mark.parametrize(
    ("headers", "fault"),
    [
        ({}, "no List-Unsubscribe header"),
        ({"List_Unsubscribe": "<mailto:stop@x.example>"}, "List-Unsubscribe holds no web address"),
        (
            {"List_Unsubscribe": "<https://x.example/u>"},
            "List-Unsubscribe-Post is not List-Unsubscribe=One-Click",
        ),
    ],
)
def test_what_is_missing_for_one_click(headers: dict[str, str], fault: str) -> None:
    assert read_letter(build(**headers).as_bytes()).unsubscribe_fault == fault


def test_an_unknown_character_set_is_read_all_the_same() -> None:
    raw = b"Content-Type: text/plain; charset=x-unheard-of\r\n\r\nWords\r\n"
    assert read_letter(raw).text == "Words\r\n"


@given(st.binary(max_size=400))
def test_any_bytes_can_be_read(raw: bytes) -> None:
    read_letter(raw)
