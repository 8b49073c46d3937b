"""What a vendor says of itself: its name, what it can do, which settings it needs, and how to make it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, cast, get_args

import httpx

from server.core.clock import Clock
from server.core.errors import AppError
from server.ports import MessageChannel, ReceiptSource

# A capability is a port of server.ports that the made object implements: sms and email are a MessageChannel,
# receipts is a ReceiptSource.
Capability = Literal["sms", "email", "receipts"]
Kind = Literal["text", "lines", "email", "host", "port", "choice"]

_SLUG = re.compile(r"[a-z][a-z0-9_]*")
_EMAIL = re.compile(r"[^@\s<>,;\"]+@[^@\s<>,;\"]+")
_HOST = re.compile(r"(?=.{1,253}\Z)[^\W_]([\w-]*[^\W_])?(\.[^\W_]([\w-]*[^\W_])?)*|[0-9a-fA-F:]*:[0-9a-fA-F:.]+")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")
_LONGEST = 1000
_HIGHEST_PORT = 65535


class InvalidSpec(AppError):
    """A vendor's description of itself contradicts itself: a fault of the adapter, not of the merchant."""

    code = "invalid_integration_spec"


class UnsupportedCapability(AppError):
    code = "unsupported_capability"


@dataclass(frozen=True, slots=True)
class SettingProblem:
    field: str
    message: str


class InvalidSettings(AppError):
    """Settings that cannot work; `problems` names each field and what to do, and never quotes a value."""

    code = "invalid_settings"

    def __init__(self, title: str, problems: tuple[SettingProblem, ...]) -> None:
        super().__init__(
            f"{title}: " + " ".join(problem.message for problem in problems),
            fields=[problem.field for problem in problems],
        )
        self.problems = problems


@dataclass(frozen=True, slots=True)
class SettingField:
    """One setting as a form shows it.

    `pattern` must match the whole value; `expected` completes "it must ..." when it does not. `choices` are
    (value, label). `help` says where the value is found, and follows every complaint about it. `kept_with` names the
    settings that say whose a secret is: while they stay, a form need not give the secret again.
    """

    name: str
    label: str
    kind: Kind = "text"
    is_secret: bool = False
    help: str = ""
    is_required: bool = True
    default: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    pattern: str = ""
    expected: str = ""
    kept_with: tuple[str, ...] = ()

    def complaint(self, value: str) -> str | None:
        """Return what is wrong with a non-empty value, without quoting it, or None."""
        fault = self._fault(value)
        return None if fault is None else f"{self.label} must {fault}. {self.help}".strip()

    def _fault(self, value: str) -> str | None:
        if len(value) > _LONGEST:
            return f"have at most {_LONGEST} characters"
        if _CONTROLS.search(value.replace("\n", "") if self.kind == "lines" else value):
            return "hold no control characters" if self.kind == "lines" else "be one line of plain text"
        if self.pattern and not re.fullmatch(self.pattern, value):
            return self.expected
        if self.kind == "choice" and value not in dict(self.choices):
            return "be one of: " + ", ".join(label for _, label in self.choices)
        if self.kind == "email" and not _EMAIL.fullmatch(value):
            return "be an e-mail address such as hello@example.com"
        if self.kind == "host" and not _HOST.fullmatch(value):
            return "be a server's name such as smtp.example.com, with no port and no https://"
        if self.kind == "port" and not (value.isascii() and value.isdecimal() and 0 < int(value) <= _HIGHEST_PORT):
            return f"be a number from 1 to {_HIGHEST_PORT}"
        return None


@dataclass(frozen=True, slots=True)
class VendorTools:
    """What every adapter is handed beside its settings.

    `public_url` is the app's own origin as vendors see it. `public_only` refuses servers on private and
    loopback addresses (the client has its own such switch; this one is for protocols other than HTTP): False
    in the sandbox, and where an operator runs a mail relay of their own.
    """

    client: httpx.Client
    clock: Clock
    public_url: str
    public_only: bool = True


@dataclass(frozen=True, slots=True)
class ReceiptReply:
    """What a vendor wants to read when it has delivered a receipt, with status 200."""

    content_type: str = "text/plain; charset=utf-8"
    body: str = ""


Factory = Callable[[Mapping[str, str], VendorTools], object]
Check = Callable[[Mapping[str, str]], tuple[SettingProblem, ...]]


def _no_problems(_settings: Mapping[str, str]) -> tuple[SettingProblem, ...]:
    return ()


@dataclass(frozen=True, slots=True)
class IntegrationSpec:
    """One vendor. `check` looks at rules between fields, once each field is good by itself."""

    slug: str
    title: str
    capabilities: tuple[Capability, ...]
    fields: tuple[SettingField, ...]
    factory: Factory
    check: Check = _no_problems
    receipt_reply: ReceiptReply = field(default_factory=ReceiptReply)

    def __post_init__(self) -> None:
        names = [setting.name for setting in self.fields]
        if not _SLUG.fullmatch(self.slug):
            raise InvalidSpec(f"'{self.slug}' is no slug: use small letters, digits and underscores.")
        if not self.capabilities or not set(self.capabilities) <= set(get_args(Capability)):
            raise InvalidSpec(f"{self.slug}: capabilities must be some of {', '.join(get_args(Capability))}.")
        if len(set(names)) != len(names):
            raise InvalidSpec(f"{self.slug}: two settings share one name.")
        for setting in self.fields:
            if not set(setting.kept_with) <= set(names):
                raise InvalidSpec(f"{self.slug}.{setting.name}: it is kept with a setting that does not exist.")
            if setting.is_secret and setting.default:
                raise InvalidSpec(f"{self.slug}.{setting.name}: a secret has no default.")
            if setting.default and setting.complaint(setting.default):
                raise InvalidSpec(f"{self.slug}.{setting.name}: its own default is not allowed.")

    def read_settings(self, given: Mapping[str, str], *, stored: Mapping[str, str] | None = None) -> dict[str, str]:
        """Return the settings that a filled-in form makes: exactly the vendor's fields, trimmed, checked.

        An empty secret keeps the one in `stored`, since a form never shows it again, unless it would go to another
        server or account than the one it was given for. Names that are no field of this vendor are left out.

        Raises:
            InvalidSettings.
        """
        settings: dict[str, str] = {}
        problems: list[SettingProblem] = []
        for setting in self.fields:
            value = _tidy(given.get(setting.name, ""))
            if not value and setting.is_secret and stored is not None and not self._moved(setting, given, stored):
                value = stored.get(setting.name, "")
            value = value or setting.default
            settings[setting.name] = value
            if not value and setting.is_required:
                problems.append(SettingProblem(setting.name, f"{setting.label} is missing. {setting.help}".strip()))
            elif value and (complaint := setting.complaint(value)):
                problems.append(SettingProblem(setting.name, complaint))
        problems = problems or list(self.check(settings))
        if problems:
            raise InvalidSettings(self.title, tuple(problems))
        return settings

    def _moved(self, secret: SettingField, given: Mapping[str, str], stored: Mapping[str, str]) -> bool:
        return any(
            (_tidy(given.get(each.name, "")) or each.default) != stored.get(each.name, each.default)
            for each in self.fields
            if each.name in secret.kept_with
        )

    def shown_settings(self, settings: Mapping[str, str]) -> dict[str, str]:
        """Return what a form may show again: every field, secrets empty."""
        return {
            setting.name: "" if setting.is_secret else settings.get(setting.name, setting.default)
            for setting in self.fields
        }

    def make_channel(self, settings: Mapping[str, str], tools: VendorTools) -> MessageChannel:
        """Make the vendor's message channel from settings as `read_settings` returned them.

        Raises:
            UnsupportedCapability: this vendor sends no messages.
            InvalidSettings: the settings were stored by an older form and no longer do.
        """
        self._require("sms", "email")
        return cast("MessageChannel", self.factory(self.read_settings(settings), tools))

    def make_receipt_source(self, settings: Mapping[str, str], tools: VendorTools) -> ReceiptSource:
        """Make what verifies and reads the vendor's receipts.

        Raises:
            UnsupportedCapability: this vendor does not report back.
            InvalidSettings: the settings were stored by an older form and no longer do.
        """
        self._require("receipts")
        return cast("ReceiptSource", self.factory(self.read_settings(settings), tools))

    def _require(self, *wanted: Capability) -> None:
        if not set(wanted) & set(self.capabilities):
            raise UnsupportedCapability(f"{self.title} does not offer {' or '.join(wanted)}.", slug=self.slug)


def _tidy(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()
