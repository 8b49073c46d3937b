"""Presets and versions: added, listed, and gone back to."""

from server.runtime import Runtime
from server.storage.rules import Rules
from server.usecases.presets import PRESETS
from tests.factories import NOW
from tests.web.installed import fixed_rules
from tests.web.pages.conftest import Staff
from tests.web.pages.reading import Markup, words


def publish(runtime: Runtime, shop_id: int, *variants: str) -> None:
    with runtime.database.write() as session:
        Rules(session, shop_id).publish_document(fixed_rules(*variants), by="7", now=NOW)


def test_every_preset_is_offered_in_words(staff: Staff) -> None:
    page = staff.open("/rules/presets").text
    told = words(Markup.read(page))
    for preset in PRESETS.values():
        assert preset.what in told
        assert preset.name in page


def test_a_preset_is_added_to_the_draft_and_nothing_goes_live(staff: Staff, runtime: Runtime, shop_id: int) -> None:
    with runtime.database.read() as session:
        live = Rules(session, shop_id).live_number()
    assert staff.send("/rules/presets/larger-size").json == {"ok": True}
    assert staff.send("/rules/presets/larger-size").json == {"ok": True}
    with runtime.database.read() as session:
        rules = Rules(session, shop_id)
        row = rules.draft()
        assert row is not None
        assert [each["id"] for each in row.document["funnels"]].count("larger-size") == 1
        assert rules.live_number() == live
    assert "A larger size" in staff.open("/offers").text
    assert staff.send("/rules/presets/none").status_code == 404


def test_versions_are_listed_with_what_they_changed_and_the_way_back(
    staff: Staff, runtime: Runtime, shop_id: int
) -> None:
    publish(runtime, shop_id, "2")
    with runtime.database.read() as session:
        first = Rules(session, shop_id).live_number()
    publish(runtime, shop_id, "3")
    page = staff.open("/rules/versions").text
    assert f"Version {first + 1}" in page
    assert 'variants: ["2"] &gt; ["3"]' in page or "variants: [&#34;2&#34;] &gt; [&#34;3&#34;]" in page
    assert staff.send(f"/rules/versions/{first}").json == {"ok": True, "number": first + 2}
    with runtime.database.read() as session:
        assert Rules(session, shop_id).live_document() == fixed_rules("2")
    assert staff.send("/rules/versions/999").status_code == 404


def test_nothing_published_is_said_so(staff: Staff, runtime: Runtime, shop_id: int) -> None:
    with runtime.database.write() as session:
        session.connection().exec_driver_sql("DELETE FROM rule_versions")
    assert shop_id
    assert "Nothing was published yet" in staff.open("/rules/versions").text
