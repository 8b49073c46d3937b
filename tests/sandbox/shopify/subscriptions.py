"""The app's webhook subscriptions, read from its real `shopify.app.toml` as a deploy would read them."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

COMPLIANCE_TOPICS = frozenset({"customers/data_request", "customers/redact", "shop/redact"})
_KEYS = {"name", "topics", "compliance_topics", "uri", "include_fields", "filter", "payload_query"}
_NAME = re.compile(r"[A-Za-z0-9_-]{1,50}")
_TOPIC = re.compile(r"[a-z_]+/[a-z_]+")


class SubscriptionRefused(Exception):
    """The file declares something Shopify would refuse, or the sandbox cannot honour."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """One topic to one address; `include_fields` empty means the whole body."""

    topic: str
    uri: str
    name: str | None = None
    include_fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Subscriptions:
    """What the app is subscribed to, and the API version that its webhooks speak."""

    api_version: str
    entries: tuple[Subscription, ...]

    def of(self, topic: str) -> tuple[Subscription, ...]:
        """Return every subscription to the topic; each gets a delivery of its own."""
        return tuple(entry for entry in self.entries if entry.topic == topic)


def read_subscriptions(path: Path) -> Subscriptions:
    """Read the `[webhooks]` section of an app configuration.

    Raises:
        SubscriptionRefused: a rule of Shopify's is broken, or `filter` or `payload_query` is used, which
            the sandbox does not evaluate and therefore refuses rather than ignores.
        OSError: the file cannot be read.
    """
    configuration = tomllib.loads(path.read_text(encoding="utf-8"))
    if configuration.get("access_scopes", {}).get("use_legacy_install_flow"):
        raise SubscriptionRefused("subscriptions in the file need managed install, not the legacy flow")
    section = configuration.get("webhooks")
    if not isinstance(section, dict) or not re.fullmatch(r"\d{4}-\d{2}", str(section.get("api_version", ""))):
        raise SubscriptionRefused("[webhooks] needs api_version")
    if unknown := set(section) - {"api_version", "subscriptions"}:
        raise SubscriptionRefused(f"[webhooks] has {sorted(unknown)}, which the new form excludes")
    entries: list[Subscription] = []
    for declared in section.get("subscriptions", []):
        entries.extend(_read(declared))
    _refuse_repetition(entries)
    return Subscriptions(section["api_version"], tuple(entries))


def select_fields(body: Mapping[str, Any], fields: Sequence[str]) -> dict[str, Any]:
    """Return the body reduced to dotted paths such as `line_items.id`; lists are reduced item by item."""
    tree: dict[str, Any] = {}
    for field in fields:
        branch = tree
        for part in field.split("."):
            branch = branch.setdefault(part, {})
    return {name: _reduce(body[name], rest) for name, rest in tree.items() if name in body}


def _reduce(value: Any, tree: Mapping[str, Any]) -> Any:
    if not tree:
        return value
    if isinstance(value, list):
        return [_reduce(item, tree) for item in value]
    if isinstance(value, dict):
        return {name: _reduce(value[name], rest) for name, rest in tree.items() if name in value}
    return value


def _read(declared: dict[str, Any]) -> list[Subscription]:
    if unknown := set(declared) - _KEYS:
        raise SubscriptionRefused(f"unknown keys in a subscription: {sorted(unknown)}")
    if unsupported := {"filter", "payload_query"} & set(declared):
        raise SubscriptionRefused(f"the sandbox does not evaluate {sorted(unsupported)}")
    topics = declared.get("topics", [])
    compliance = declared.get("compliance_topics", [])
    uri = declared.get("uri")
    name = declared.get("name")
    if not topics and not compliance:
        raise SubscriptionRefused("a subscription needs topics or compliance_topics")
    if not isinstance(uri, str) or not uri:
        raise SubscriptionRefused("a subscription needs a uri")
    if not (uri.startswith("/") or re.match(r"https?://", uri)):
        raise SubscriptionRefused(f"the sandbox delivers over HTTP only, not to {uri}")
    if name is not None and not _NAME.fullmatch(name):
        raise SubscriptionRefused(f"a subscription's name has 1 to 50 letters, digits, _ or -: {name!r}")
    if wrong := [topic for topic in topics if not _TOPIC.fullmatch(topic) or topic in COMPLIANCE_TOPICS]:
        raise SubscriptionRefused(f"not topics: {wrong}")
    if wrong := [topic for topic in compliance if topic not in COMPLIANCE_TOPICS]:
        raise SubscriptionRefused(f"not compliance topics: {wrong}")
    fields = tuple(declared.get("include_fields", ()))
    return [Subscription(topic, uri, name, fields) for topic in [*topics, *compliance]]


def _refuse_repetition(entries: Sequence[Subscription]) -> None:
    seen: set[tuple[str, str]] = set()
    for entry in entries:
        key = (entry.topic, "" if entry.topic in COMPLIANCE_TOPICS else entry.uri)
        if key in seen:
            raise SubscriptionRefused(f"{entry.topic} is subscribed twice to {entry.uri}")
        seen.add(key)
