"""A form that is opened and saved again changes nothing, whatever the offer."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.domain.page_layout import BLOCKS, LAYOUTS
from server.runtime import Runtime
from server.usecases.authoring import load_draft, save_funnel
from tests.web.pages.conftest import Staff
from tests.web.pages.reading import Markup

TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1, max_size=30
).filter(lambda text: text.strip() == text)
SAID = TEXT.map(lambda text: text.translate({123: "(", 125: ")"}))  # braces are for variables
_WORDS = ("heading", "accept", "decline", "reason", "badge")
WORD = TEXT.filter(lambda text: "," not in text)
IDS = st.lists(st.integers(1, 10**14).map(str), min_size=1, max_size=3, unique=True)


def limits(highest: int) -> st.SearchStrategy[dict[str, Any]]:
    """Return one or two limits that can be met."""
    pair = st.tuples(st.integers(0, highest), st.integers(0, highest)).map(sorted)
    return pair.flatmap(
        lambda found: st.sampled_from(
            [{"at_least": found[0]}, {"at_most": found[1]}, {"at_least": found[0], "at_most": found[1]}]
        )
    )


def leaf(key: str, arguments: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    return st.builds(lambda given: {"key": key, "args": given}, arguments)


CONTAINED = st.fixed_dictionaries(
    {}, optional={"products": IDS, "variants": IDS, "tags": st.lists(WORD, min_size=1, max_size=3)}
)
CONDITION = st.one_of(
    leaf("order.value", limits(10_000_000)),
    leaf("order.item_count", limits(1_000)),
    leaf("order.contains", CONTAINED.filter(bool)),
    leaf(
        "order.country",
        st.fixed_dictionaries({"countries": st.lists(st.sampled_from(["GB", "IE"]), min_size=1, max_size=2)}),
    ),
    leaf("customer.history", st.fixed_dictionaries({"is": st.sampled_from(["first", "repeat"])})),
    leaf("customer.tier", st.fixed_dictionaries({"tiers": st.lists(WORD, min_size=1, max_size=2)})),
)
OFFER = st.fixed_dictionaries(
    {
        "id": st.just("any-offer"),
        "source": st.sampled_from(["fixed", "bought_together"]),
        "variants": IDS,
        "quantity": st.integers(1, 100),
        "texts": st.fixed_dictionaries({}, optional=dict.fromkeys(_WORDS, SAID)),
    },
    optional={
        "quantities": st.integers(0, 9),
        "ends_after_minutes": st.integers(1, 60),
        "layout": st.fixed_dictionaries(
            {"name": st.sampled_from(list(LAYOUTS))},
            optional={"blocks": st.lists(st.sampled_from(BLOCKS), min_size=1, unique=True)},
        ),
        "translations": st.lists(
            st.fixed_dictionaries(
                {"language": st.sampled_from(["de", "de-AT", "fr", "pt-BR"])}, optional=dict.fromkeys(_WORDS, SAID)
            ),
            min_size=1,
            max_size=3,
            unique_by=lambda each: each["language"],
        ),
        "minimum_stock": st.integers(0, 1_000_000),
        "discount": st.fixed_dictionaries(
            {"percent": st.integers(1, 10_000).map(lambda hundredths: hundredths / 100), "title": TEXT}
        ),
    },
)


def around(offer: dict[str, Any]) -> dict[str, Any]:
    """Let the shopper choose so many more than are offered, where any may be chosen."""
    more = offer.get("quantities")
    if more is None:
        return offer
    least = min(offer["quantity"], 100 - more)
    return {**offer, "quantities": {"least": least, "most": least + more}}


FUNNEL = st.fixed_dictionaries(
    {
        "id": st.just("any"),
        "name": TEXT,
        "is_live": st.booleans(),
        "priority": st.integers(-1_000, 1_000),
        "trigger": st.just("order_placed"),
        "audience": st.fixed_dictionaries({"all": st.lists(CONDITION, max_size=4)}),
        "steps": OFFER.map(lambda offer: [{"id": "first", "offer": around(offer)}]),
    }
)


def fields_of(page: str) -> list[tuple[str, str]]:
    """Return what a browser would send of the form, unchanged."""
    form = Markup.read(page).one("form")
    templates = {id(each) for template in form.all("template") for each in template.every()}
    found = []
    for each in form.every():
        name, value = each.attributes.get("name"), each.attributes.get("value") or ""
        if not name or id(each) in templates:
            continue
        if each.tag == "s-switch":
            found += [(name, value)] if "checked" in each.attributes else []
        elif each.tag == "s-choice-list":
            found += [
                (name, str(choice.attributes["value"]))
                for choice in each.all("s-choice")
                if "selected" in choice.attributes
            ]
        else:
            found.append((name, value))
    return found


@given(funnel=FUNNEL)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_opening_and_saving_an_offer_changes_nothing(
    staff: Staff, runtime: Runtime, shop_id: int, funnel: dict[str, Any]
) -> None:
    now = staff.clock.now()
    before = load_draft(database=runtime.database, shop_id=shop_id)
    save_funnel(database=runtime.database, shop_id=shop_id, funnel=funnel, revision=before.revision, now=now)
    fields = fields_of(staff.open("/offers/any").text)
    answer = staff.client.post("/offers/any", data=_form(fields), headers=staff.headers())
    assert answer.status_code == 200, answer.text
    assert load_draft(database=runtime.database, shop_id=shop_id).funnel("any") == funnel


def _form(fields: list[tuple[str, str]]) -> dict[str, list[str]]:
    form: dict[str, list[str]] = {}
    for name, value in fields:
        form.setdefault(name, []).append(value)
    return form
