import sys
from importlib import metadata
from pathlib import Path
from types import ModuleType

import pytest

from server.outbound.registry import (
    ConnectedVendors,
    IntegrationUnavailable,
    Registry,
    UnknownIntegration,
    load_registry,
)
from server.outbound.spec import Capability, IntegrationSpec, InvalidSpec, SettingField, VendorTools


def spec(slug: str, *capabilities: Capability) -> IntegrationSpec:
    return IntegrationSpec(
        slug=slug,
        title=slug.title(),
        capabilities=capabilities,
        fields=(SettingField("key", "Key", is_secret=True),),
        factory=lambda settings, tools: (slug, dict(settings), tools),
    )


@pytest.fixture
def module(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    made = ModuleType("afters_pigeon")
    made.SPEC = spec("pigeon", "sms")  # type: ignore[attr-defined]  # modules take any attribute
    monkeypatch.setitem(sys.modules, "afters_pigeon", made)
    return made


def test_the_listed_vendors_load() -> None:
    registry = load_registry()
    assert [found.slug for found in registry.specs] == ["twilio", "smtp"]
    assert registry.unavailable == {}
    assert registry.get("twilio").title == "Twilio"
    assert [found.slug for found in registry.with_capability("email")] == ["smtp"]
    assert [found.slug for found in registry.with_capability("receipts")] == ["twilio"]


def test_an_unknown_slug_is_told_apart() -> None:
    with pytest.raises(UnknownIntegration, match="carrier"):
        load_registry([]).get("carrier")


@pytest.mark.usefixtures("module")
def test_a_missing_dependency_switches_off_one_vendor(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "afters_owl.py").write_text("import no_such_package.deep\n")
    monkeypatch.syspath_prepend(tmp_path)
    registry = load_registry(["afters_owl", "afters_pigeon"])
    assert [found.slug for found in registry.specs] == ["pigeon"]
    with pytest.raises(IntegrationUnavailable, match="no_such_package"):
        registry.get("afters_owl")


@pytest.mark.parametrize("name", ["server.integrations.no_such_vendor", "no_such_package.vendor"])
def test_a_listed_name_that_leads_nowhere_stops_the_start(name: str) -> None:
    with pytest.raises(InvalidSpec, match=name):
        load_registry([name])


def test_a_module_without_a_spec_stops_the_start(module: ModuleType) -> None:
    del module.SPEC
    with pytest.raises(InvalidSpec, match="afters_pigeon"):
        load_registry(["afters_pigeon"])


@pytest.mark.usefixtures("module")
def test_two_vendors_may_not_share_a_slug() -> None:
    with pytest.raises(InvalidSpec, match="pigeon"):
        load_registry(["afters_pigeon", "afters_pigeon"])


@pytest.mark.usefixtures("module")
def test_installed_packages_add_vendors(monkeypatch: pytest.MonkeyPatch) -> None:
    point = metadata.EntryPoint(name="pigeon", value="afters_pigeon", group="afters.integrations")
    monkeypatch.setattr(metadata, "entry_points", lambda *, group: [point] if group == point.group else [])
    assert "pigeon" in [found.slug for found in load_registry().specs]


def test_connected_vendors_give_what_was_asked_or_none(vendor_tools: VendorTools) -> None:
    registry = Registry((spec("pigeon", "sms"), spec("owl", "email", "receipts")), {"gull": "The gull is asleep."})
    vendors = ConnectedVendors(registry, vendor_tools)
    settings = {"key": "k"}
    channel: object = vendors.channel("pigeon", settings, channel="sms")
    assert channel == ("pigeon", settings, vendor_tools)
    assert vendors.channel("pigeon", settings, channel="email") is None
    assert vendors.channel("dodo", settings, channel="sms") is None
    receipts: object = vendors.receipts("owl", settings)
    assert receipts == ("owl", settings, vendor_tools)
    assert vendors.receipts("pigeon", settings) is None
    with pytest.raises(IntegrationUnavailable, match="asleep"):
        vendors.channel("gull", settings, channel="sms")
