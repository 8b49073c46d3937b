"""Messages from templates: subject, text and HTML of an e-mail, or the text of an SMS.

Everything a merchant, a catalogue or a shopper typed is data: it is cleaned of control characters, and escaped
by Jinja before MJML sees it, because MJML lets markup through as it stands (facts: mjml-python 1.4).
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlsplit

import css_inline
from jinja2 import FileSystemLoader, StrictUndefined, TemplateError, TemplateNotFound
from jinja2.sandbox import SandboxedEnvironment
from mjml import mjml2html

from server.core.errors import AppError
from server.core.money import Money
from server.domain.codes import NewCode
from server.outbound.localisation import format_day, format_money, format_percentage
from server.outbound.segments import count_segments, plain_punctuation
from server.ports import OfferMessage, Words

TEMPLATES = Path(__file__).parents[2] / "templates" / "messages"

_LINKS = ("product_url", "product_image_url", "unsubscribe_url")
_SHORTEST_TITLE = 20  # characters; below this a title says too little
# Marks that turn the direction of the text after them, and so can disguise a link.
_DIRECTION_MARKS = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


# What the folder of a template ends in for each channel; that of an e-mail has the bare name.
_ENDINGS = {"sms": "_sms", "call": "_call"}


class UnknownTemplate(AppError):
    code = "unknown_template"


class UnrenderableMessage(AppError):
    """A template or its variables do not make a message."""

    code = "unrenderable_message"


@dataclass(frozen=True, slots=True)
class MessageVariables:
    """What a template may name: plain text, never markup; amounts already written for the recipient.

    `product_url` is the link that counts the click, and takes the code along. `was_price_text` is set only where there
    is a reduction. A message without goods has neither title nor price.
    """

    shop_name: str
    shop_address: str  # postal; line breaks allowed
    order_name: str
    product_title: str
    product_url: str
    price_text: str
    unsubscribe_url: str
    first_name: str | None = None
    product_image_url: str | None = None
    image_alt: str | None = None
    was_price_text: str | None = None
    reason_line: str | None = None
    code: str | None = None
    code_worth: str | None = None  # "10%" or an amount
    code_until: str | None = None  # the last day on which it is taken


@dataclass(frozen=True, slots=True)
class RenderedEmail:
    subject: str
    text: str
    html: str


class MessageRenderer:
    """Implements `server.ports.Renderer`; keeps compiled templates, so make one and share it."""

    def __init__(self, templates: Path = TEMPLATES) -> None:
        self._jinja = SandboxedEnvironment(
            loader=FileSystemLoader(templates),
            autoescape=lambda name: (name or "").endswith(".mjml"),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._jinja.filters["shortened"] = shorten
        # Nothing may be fetched while a message is made; media queries stay, for phones and dark mode.
        self._inliner = css_inline.CSSInliner(load_remote_stylesheets=False, keep_at_rules=True)

    def render(self, channel: str, message: OfferMessage) -> Words:
        """Write `message` for a channel: an e-mail from the template of its name, others from `<name>_<channel>`.

        Raises:
            UnknownTemplate, UnrenderableMessage.
        """
        variables = variables_of(message)
        if channel == "sms":
            return Words(text=self.render_sms(f"{message.template}{_ENDINGS[channel]}", variables))
        if channel == "call":
            return Words(
                text=_tidy_lines(self._fill(f"{message.template}{_ENDINGS[channel]}/body.txt", _clean(variables)))
            )
        email = self.render_email(message.template, variables)
        return Words(text=email.text, subject=email.subject, html=email.html)

    def render_email(self, template: str, variables: MessageVariables) -> RenderedEmail:
        """Render `<template>/subject.txt`, `body.txt` and `body.mjml`.

        Raises:
            UnknownTemplate, UnrenderableMessage.
        """
        cleaned = _clean(variables)
        subject = " ".join(self._fill(f"{template}/subject.txt", cleaned).split())
        text = _tidy_lines(self._fill(f"{template}/body.txt", cleaned))
        return RenderedEmail(subject, text, self._compile(self._fill(f"{template}/body.mjml", cleaned), template))

    def render_sms(self, template: str, variables: MessageVariables) -> str:
        """Render `<template>/body.txt` in as few segments as possible.

        The reason line goes first, then the former price, then the last words of a long title. What stays too
        long all the same is returned whole: half a link is worse than a second segment.

        Raises:
            UnknownTemplate, UnrenderableMessage.
        """
        best, fewest = "", 0
        for leaner in _leaner(_clean(variables)):
            text = plain_punctuation(" ".join(self._fill(f"{template}/body.txt", leaner).split()))
            segments = count_segments(text).segments
            if not best or segments < fewest:
                best, fewest = text, segments
            if fewest == 1:
                break
        return best

    def _fill(self, name: str, variables: MessageVariables) -> str:
        try:
            return self._jinja.get_template(name).render(asdict(variables))
        except TemplateNotFound as error:
            raise UnknownTemplate(f"There is no message template {name}.", template=name) from error
        except TemplateError as error:
            raise UnrenderableMessage(f"The template {name} is faulty: {error.message}", template=name) from error

    def _compile(self, mjml: str, template: str) -> str:
        try:
            html = self._inliner.inline(mjml2html(mjml, fonts={}))
        except ValueError as error:
            raise UnrenderableMessage(
                f"The template {template}/body.mjml is no valid MJML.", template=template
            ) from error
        # Relays with merge tags of their own would fill in what looks like one; only variables can hold these.
        return html.replace("{{", "&#123;&#123;").replace("{%", "&#123;%")


def variables_of(message: OfferMessage) -> MessageVariables:
    """Write the amounts of a message in its locale; a former price is named only where it was higher."""
    now, before = (Money(minor, message.currency) for minor in (message.price, message.full_price))
    return MessageVariables(
        shop_name=message.shop_name,
        shop_address=message.postal_address,
        order_name=message.order_name,
        product_title=message.product_title,
        product_url=message.product_url,
        price_text=format_money(now, message.locale),
        unsubscribe_url=message.unsubscribe_url,
        first_name=message.first_name,
        product_image_url=message.image_url,
        image_alt=message.image_alt,
        was_price_text=format_money(before, message.locale) if before > now else None,
        reason_line=message.reason_line,
        code=message.code.text if message.code is not None else None,
        code_worth=_worth(message.code, message.locale) if message.code is not None else None,
        code_until=format_day(message.code.last_day, message.locale) if message.code is not None else None,
    )


def _worth(code: NewCode, locale: str | None) -> str:
    if code.discount.amount is not None:
        return format_money(code.discount.amount, locale)
    return format_percentage(code.discount.percent or Decimal(0), locale)


def shorten(text: str, length: int) -> str:
    """Return `text` cut after a whole word to at most `length` characters, three dots included."""
    if len(text) <= length:
        return text
    room = text[: length - 2].rpartition(" ")[0].rstrip(" ,;:-") or text[: length - 3]
    return f"{room}..."


def _leaner(variables: MessageVariables) -> Iterator[MessageVariables]:
    yield variables
    if variables.reason_line:
        variables = replace(variables, reason_line=None)
        yield variables
    if variables.was_price_text:
        variables = replace(variables, was_price_text=None)
        yield variables
    title = variables.product_title
    for length in range(len(title) - 1, _SHORTEST_TITLE - 1, -1):
        if (shorter := shorten(title, length)) != variables.product_title:
            variables = replace(variables, product_title=shorter)
            yield variables


def _clean(variables: MessageVariables) -> MessageVariables:
    changes: dict[str, str] = {}
    for name, value in asdict(variables).items():
        if value is None:
            continue
        if name in _LINKS:
            _check_link(name, value)
        elif name == "shop_address":
            changes[name] = ", ".join(filter(None, map(_one_line, value.splitlines())))
        else:
            changes[name] = _one_line(value)
    return replace(variables, **changes)


def _one_line(text: str) -> str:
    kept = (
        " " if character.isspace() else character
        for character in text
        if character not in _DIRECTION_MARKS
        and (character.isspace() or unicodedata.category(character) not in {"Cc", "Cs"})
    )
    return " ".join("".join(kept).split())


def _check_link(name: str, url: str) -> None:
    try:
        parts = urlsplit(url)
        is_link = parts.scheme in {"https", "http"} and bool(parts.hostname)
    except ValueError:
        is_link = False
    if not is_link or re.search(r"[\s<>\"'\\^`{|}\x00-\x1f\x7f]", url):
        raise UnrenderableMessage(f"The variable {name} is no web address.", variable=name)


def _tidy_lines(text: str) -> str:
    lines = (line.rstrip() for line in text.strip().splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)) + "\n"


def template_names(templates: Path = TEMPLATES) -> dict[str, list[str]]:
    """Return the templates that there are by name, each with the channels that it is written for."""
    found: dict[str, list[str]] = {}
    for folder in sorted(each.name for each in templates.iterdir() if each.is_dir()):
        channel = next((name for name, ending in _ENDINGS.items() if folder.endswith(ending)), "email")
        found.setdefault(folder.removesuffix(_ENDINGS.get(channel, "")), []).append(channel)
    return found
