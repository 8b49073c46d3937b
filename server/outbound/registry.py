"""Every vendor that this installation knows, loaded by name."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import import_module, metadata

from server.core.errors import AppError
from server.outbound.spec import Capability, IntegrationSpec, InvalidSpec, VendorTools
from server.ports import MessageChannel, ReceiptSource

LISTED_IN = "server.integrations"
ENTRY_POINT_GROUP = "afters.integrations"


class UnknownIntegration(AppError):
    code = "unknown_integration"


class IntegrationUnavailable(AppError):
    """The vendor is listed, but something it needs is not installed."""

    code = "integration_unavailable"


@dataclass(frozen=True, slots=True)
class Registry:
    """The vendors by slug, in the order they are listed; `unavailable` maps a slug to why it cannot be used."""

    specs: tuple[IntegrationSpec, ...]
    unavailable: Mapping[str, str]

    def get(self, slug: str) -> IntegrationSpec:
        """Return one vendor.

        Raises:
            IntegrationUnavailable, UnknownIntegration.
        """
        for spec in self.specs:
            if spec.slug == slug:
                return spec
        if slug in self.unavailable:
            raise IntegrationUnavailable(self.unavailable[slug], slug=slug)
        raise UnknownIntegration(f"There is no integration called '{slug}'.", slug=slug)

    def with_capability(self, name: Capability) -> tuple[IntegrationSpec, ...]:
        return tuple(spec for spec in self.specs if name in spec.capabilities)


class ConnectedVendors:
    """Implements `server.ports.Vendors`: turns a connection's settings into the vendor at work.

    Both methods raise IntegrationUnavailable, and InvalidSettings where stored settings no longer do.
    """

    def __init__(self, registry: Registry, tools: VendorTools) -> None:
        self._registry = registry
        self._tools = tools

    def channel(self, slug: str, settings: Mapping[str, str], *, channel: str) -> MessageChannel | None:
        """Return the vendor as a sender on `channel` (sms, email), or None when it is no such thing."""
        spec = self._find(slug)
        return spec.make_channel(settings, self._tools) if spec and channel in spec.capabilities else None

    def receipts(self, slug: str, settings: Mapping[str, str]) -> ReceiptSource | None:
        """Return what reads the vendor's receipts, or None when it sends none."""
        spec = self._find(slug)
        return spec.make_receipt_source(settings, self._tools) if spec and "receipts" in spec.capabilities else None

    def _find(self, slug: str) -> IntegrationSpec | None:
        try:
            return self._registry.get(slug)
        except UnknownIntegration:
            return None


def load_registry(names: Iterable[str] | None = None) -> Registry:
    """Load the listed vendors, then those of installed packages (entry-point group `afters.integrations`).

    `names` are dotted module names, each with a module-level SPEC; without it the list of
    `server.integrations` is taken. A vendor whose own dependency is not installed is left out with a message;
    every other fault stops the start.

    Raises:
        InvalidSpec: a name leads to no module or no SPEC, or two vendors share a slug.
    """
    specs: dict[str, IntegrationSpec] = {}
    unavailable: dict[str, str] = {}
    listed = tuple(import_module(LISTED_IN).INTEGRATIONS if names is None else names)
    packaged = (point.module for point in metadata.entry_points(group=ENTRY_POINT_GROUP)) if names is None else ()
    for name in (*listed, *packaged):
        try:
            spec = _load(name)
        except _MissingDependency as missing:
            slug = name.rpartition(".")[2]
            unavailable[slug] = (
                f"The integration '{slug}' is switched off: it needs the Python package '{missing}', "
                "which is not installed."
            )
            continue
        if spec.slug in specs:
            raise InvalidSpec(f"Two integrations are called '{spec.slug}'; the second is {name}.")
        specs[spec.slug] = spec
    return Registry(tuple(specs.values()), unavailable)


class _MissingDependency(Exception):
    """Carries the name of the package that is not installed."""


def _load(name: str) -> IntegrationSpec:
    try:
        module = import_module(name)
    except ModuleNotFoundError as error:
        missing = error.name or ""
        if name == missing or name.startswith(f"{missing}."):
            raise InvalidSpec(f"The listed integration {name} does not exist.") from error
        raise _MissingDependency(missing.partition(".")[0]) from error
    spec = getattr(module, "SPEC", None)
    if not isinstance(spec, IntegrationSpec):
        raise InvalidSpec(f"{name} has no SPEC of type IntegrationSpec.")
    return spec
