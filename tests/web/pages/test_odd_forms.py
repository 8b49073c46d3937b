"""Whatever a form of the rules is sent, it is answered: refused at its fields, or, where it is sound, as too old.

All are sent as made from a draft that there never was, so that nothing is stored however sound it is.
"""

from typing import Any

import pytest

from server.runtime import Runtime
from tests.web.pages import (
    test_follow_ups,
    test_further_offers,
    test_markets,
    test_offers,
    test_pairings,
    test_previews,
    test_tiers,
)
from tests.web.pages.conftest import Staff
from tests.web.pages.test_follow_ups import draft

FORMS: dict[str, dict[str, Any]] = {
    "/offers/new": test_offers.GOOD | test_further_offers.STEP | test_further_offers.ARM,
    "/previews/one-click": test_previews.FORM
    | {
        "preview.funnel": "fixed",
        "preview.product": "3",
        "preview.bought": "1",
        "preview.locale": "de",
        "preview.arm": "b",
    },
    "/follow-ups/new": test_follow_ups.GOOD,
    "/follow-ups/story": test_follow_ups.GOOD,
    "/tiers/new": test_tiers.GOOD,
    "/pairings/new": test_pairings.GOOD,
    "/templates": {"templates[0].tag": "a", "templates[0].template": "offer"},
    "/markets/new": test_markets.GOOD,
}
ODD = (
    "",
    "x" * 400,
    "\x00",
    "-1",
    "1e9",
    "999999999999",
    "0.0000001",
    "nan",
    "٣",
    "{a: 1}",
    "[1]",
    "null",
    "💥",
    "\ud7ff",
)

ANSWERS = {200, 404, 409, 422}  # 200 is the story and the preview, which are only told


@pytest.mark.parametrize("path", FORMS)
def test_one_odd_value_after_another(staff: Staff, runtime: Runtime, shop_id: int, path: str) -> None:
    good, before = FORMS[path], draft(runtime, shop_id).document
    for name in good:
        for odd in ODD:
            fields = {**good, name: odd, "revision": "0"}
            answer = staff.send(path, fields)
            assert answer.status_code in ANSWERS, f"{name} = {odd!r}: {answer.status_code} {answer.text[:200]}"
    assert draft(runtime, shop_id).document == before


@pytest.mark.parametrize("path", FORMS)
def test_nothing_but_odd_values_and_names(staff: Staff, runtime: Runtime, shop_id: int, path: str) -> None:
    before = draft(runtime, shop_id).document
    names = [
        *FORMS[path],
        "steps[99].id",
        "steps[100000].channel",
        "steps[1].experiment.arms[99].id",
        "audience.all[9999].key",
        "audience.all[1].args.",
        "pairs[9999].bought",
        "overrides.funnels[99].is_live",
        "offer.shipping.amounts.None",
        "[]",
        "..",
    ]
    for odd in ODD:
        answer = staff.send(path, {**dict.fromkeys(names, odd), "revision": "0"})
        assert answer.status_code in ANSWERS, f"{odd!r}: {answer.status_code} {answer.text[:200]}"
    assert draft(runtime, shop_id).document == before
