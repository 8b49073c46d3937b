import email
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from server.outbound.mime import InvalidAddress, compose, message_id, read_address, to_bytes
from server.ports import Message, PermanentFailure

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
SENDER = read_address("hello@giftshop.example", "Gift Shop")
LINK = "https://afters.example/unsubscribe/" + "a1B2-_" * 30 + ".sig"


def message(**changes: str | None) -> Message:
    return Message(
        **{  # type: ignore[arg-type]  # the table below holds the right types
            "idempotency_key": "touch:7:1",
            "channel": "email",
            "recipient": "anna@example.com",
            "subject": "A cake stand",
            "text": "Hello Anna\n",
            "html": "<p>Hello Anna</p>",
            "unsubscribe_url": LINK,
            **changes,
        }
    )


def composed(sent: Message) -> EmailMessage:
    return compose(sent, sender=SENDER, recipient=read_address(sent.recipient), reply_to=SENDER, now=NOW)


def wire(sent: Message) -> bytes:
    return to_bytes(composed(sent))


def header(raw: bytes, name: bytes) -> bytes:
    (line,) = [
        line for line in raw.split(b"\r\n\r\n")[0].split(b"\r\n") if line.lower().startswith(name.lower() + b":")
    ]
    return line.partition(b": ")[2]


def test_one_click_headers_are_whole_on_the_wire() -> None:
    raw = wire(message())
    assert len(LINK) > 200
    assert header(raw, b"List-Unsubscribe") == (
        f"<{LINK}>, <mailto:hello@giftshop.example?subject=unsubscribe>".encode()
    )
    assert header(raw, b"List-Unsubscribe-Post") == b"List-Unsubscribe=One-Click"


def test_transactional_mail_has_no_unsubscribe_headers() -> None:
    assert b"List-Unsubscribe" not in wire(message(unsubscribe_url=None))


def test_other_headers() -> None:
    raw = wire(message())
    assert header(raw, b"Date") == b"Sun, 22 Nov 2026 10:00:00 +0000"
    assert header(raw, b"From") == b"Gift Shop <hello@giftshop.example>"
    assert header(raw, b"To") == b"anna@example.com"
    assert header(raw, b"Auto-Submitted") == b"no"
    assert header(raw, b"Feedback-ID") == b"follow-up:giftshop.example:email:afters"
    assert header(raw, b"MIME-Version") == b"1.0"
    assert header(raw, b"Content-Type").startswith(b"multipart/alternative;")


def test_the_text_comes_before_the_html() -> None:
    parsed = email.message_from_bytes(wire(message()), policy=policy.default)
    assert isinstance(parsed, EmailMessage)
    assert [part.get_content_type() for part in parsed.iter_parts()] == ["text/plain", "text/html"]
    body = parsed.get_body(("html",))
    assert body is not None
    assert body.get_content().strip() == "<p>Hello Anna</p>"


def test_text_alone_is_no_multipart() -> None:
    assert header(wire(message(html=None)), b"Content-Type").startswith(b"text/plain")


def test_a_long_domain_keeps_ids_whole() -> None:
    far = read_address("a@" + ".".join(["sub-domain-of-some-length"] * 5) + ".example")
    raw = to_bytes(compose(message(), sender=far, recipient=SENDER, reply_to=far, now=NOW))
    assert header(raw, b"Message-ID") == message_id(message(), far).encode()
    assert b"=?" not in header(raw, b"Feedback-ID")


def test_the_same_touch_always_has_the_same_id() -> None:
    first = header(wire(message()), b"Message-ID")
    assert first == header(wire(message(text="other")), b"Message-ID")
    assert first != header(wire(message(idempotency_key="touch:7:2")), b"Message-ID")
    assert first.endswith(b"@giftshop.example>")
    assert b"touch" not in first


@example(subject="0000" + "\u0800" * 26 + " \u00a1 \u00a0", text="")  # a gap was lost at a fold
@given(
    subject=st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\u2028\u2029"), max_size=200),
    text=st.text(st.characters(exclude_categories=["Cs"]), max_size=400),
)
def test_any_message_keeps_the_limits_of_smtp(subject: str, text: str) -> None:
    raw = wire(message(subject=subject, text=text))
    assert raw.isascii()
    assert not {10, 13} & set(raw.replace(b"\r\n", b""))
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    parsed = email.message_from_bytes(raw, policy=policy.default)
    assert " ".join(str(parsed["Subject"]).split()) == " ".join(subject.split())


def test_long_subjects_beyond_ascii_keep_encoded_words_short() -> None:
    raw = wire(message(subject="Grüße aus der Küche " * 10)).split(b"\r\n\r\n")[0]
    words = [word for word in raw.split() if word.startswith(b"=?")]
    assert words
    assert all(len(word) <= 75 for word in words)


@pytest.mark.parametrize(
    "changes",
    [
        {"subject": "Hello\r\nBcc: everyone@example.com"},
        {"subject": "Hello\nBcc: everyone@example.com"},
        {"unsubscribe_url": "https://a.example/\r\nBcc: x"},
        {"unsubscribe_url": "https://a.example/x>, <mailto:x"},
        {"unsubscribe_url": "mailto:a@example.com"},
        {"unsubscribe_url": "https://a.example/ü"},
        {"unsubscribe_url": "https://a.example/" + "x" * 1000},
    ],
)
def test_headers_cannot_be_smuggled_in(changes: dict[str, str]) -> None:
    with pytest.raises(PermanentFailure) as caught:
        composed(message(**changes))
    assert "example" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("anna@example.com", "anna@example.com"),
        ("Anna.O'Neil+x@Example.COM", "Anna.O'Neil+x@example.com"),
        ("kunde@bücher.example", "kunde@xn--bcher-kva.example"),
        ("kunde@straße.example", "kunde@xn--strae-oqa.example"),
        ("a b@example.com", '"a b"@example.com'),
        ("дима@example.com", "дима@example.com"),
    ],
)
def test_addresses(text: str, written: str) -> None:
    assert read_address(text).addr_spec == written


@pytest.mark.parametrize(
    "text",
    [
        "",
        "anna",
        "@example.com",
        "anna@",
        "anna@ex ample.com",
        "anna@example.com\r\nBcc: x",
        "a\n@example.com",
        "a@..",
        "a@-",
    ],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(InvalidAddress) as caught:
        read_address(text)
    assert text == "" or text not in str(caught.value)


def test_a_name_cannot_smuggle_a_header() -> None:
    with pytest.raises(InvalidAddress):
        read_address("anna@example.com", "Anna\r\nBcc: everyone@example.com")
    tricky = compose(
        message(),
        sender=read_address("a@b.example", 'Gift "Shop", Ltd <x@y.example>'),
        recipient=SENDER,
        reply_to=SENDER,
        now=NOW,
    )
    parsed = email.message_from_bytes(to_bytes(tricky), policy=policy.default)
    assert [address.addr_spec for address in parsed["From"].addresses] == ["a@b.example"]
