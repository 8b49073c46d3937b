"""What the battery must be told of each vendor, and how it is found."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from importlib import import_module
from typing import Protocol

from server.outbound.spec import IntegrationSpec, VendorTools
from server.ports import Message, Receipt, VendorFailure

# What every vendor can answer in its own way. A vendor's stand must be able to play each of them.
SITUATIONS = ("refused", "unauthorised", "throttled", "broken", "silent", "garbage")


class MissingDescription(Exception):
    """A registered vendor has no folder under tests/contract/vendors, or it leaves a situation out."""


class Stand(Protocol):
    """A running stand-in of the vendor: checks each request against the vendor's rules, answers as told."""

    settings: Mapping[str, str]  # a form that reaches this stand
    tools: VendorTools

    def play(self, situation: str) -> None:
        """Answer the next message as in `situation`; "accepted" and "lost" (taken, answer lost) exist too."""
        ...

    @property
    def taken(self) -> tuple[str, ...]:
        """The ids of the messages that the vendor took, by which it would find them again."""
        ...


@dataclass(frozen=True, kw_only=True)
class Expected:
    failure: type[VendorFailure]
    retry_after: float | None = None
    is_fate_unknown: bool = False
    suppress: bool | None = None


@dataclass(frozen=True, kw_only=True)
class SampleReceipt:
    name: str
    raw: bytes
    receipt: Receipt


@dataclass(frozen=True, kw_only=True)
class Receipts:
    """`sign` is the vendor's own library or a second implementation, never the adapter's code."""

    url: str
    samples: tuple[SampleReceipt, ...]
    unreadable: tuple[bytes, ...]
    sign: Callable[[str, bytes, Mapping[str, str]], Mapping[str, str]]  # url, body, settings -> headers
    other_settings: Mapping[str, str]  # another account's, whose signatures must not pass


@dataclass(frozen=True, kw_only=True)
class Description:
    slug: str
    message: Message
    stand: Callable[[], AbstractContextManager[Stand]]
    situations: Mapping[str, Expected]
    can_be_asked: bool  # whether `find` works; else a repeat must be recognisable by its id
    bad_settings: tuple[tuple[Mapping[str, str], str], ...]  # changes to good settings, the field to be named
    receipts: Receipts | None = None


def describe(specs: Iterable[IntegrationSpec], package: str = "tests.contract.vendors") -> tuple[Description, ...]:
    """Return the description of each vendor, from `<package>.<slug>.vendor`.

    Raises:
        MissingDescription.
    """
    return tuple(_describe(spec, f"{package}.{spec.slug}.vendor") for spec in specs)


def _describe(spec: IntegrationSpec, name: str) -> Description:
    try:
        found: Description = import_module(name).VENDOR
    except ModuleNotFoundError as error:
        if not name.startswith(error.name or "\0"):
            raise
        raise MissingDescription(f"{spec.title} has no {name}: say there what it answers.") from error
    if lacking := set(SITUATIONS) - set(found.situations):
        raise MissingDescription(f"{name} leaves out: {', '.join(sorted(lacking))}.")
    if ("receipts" in spec.capabilities) != (found.receipts is not None):
        raise MissingDescription(f"{name} and the vendor's capabilities disagree about receipts.")
    return found
