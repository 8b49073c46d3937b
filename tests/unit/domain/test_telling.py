import json

from hypothesis import given

from server.domain.decision import decide
from server.domain.document import RuleDocument
from server.domain.facts import Facts
from server.domain.reasons import Reason
from server.domain.records import record, recorded, without_person
from server.domain.rules import parse
from server.domain.situation import Situation
from server.domain.telling import tell
from tests.factories import funnel_json, rules_json, situation
from tests.unit.domain.tables import told
from tests.unit.domain.test_decision_laws import DOCUMENTS, SITUATIONS

RULES = parse(
    rules_json(
        funnel_json(id="dear", priority=9, audience={"key": "order.value", "args": {"at_least": 5_000}}),
        funnel_json(id="vip", priority=8, audience={"key": "customer.tier", "args": {"tiers": ["vip"]}}),
        funnel_json(id="all"),
        funnel_json(id="late", priority=-1),
    )
)


def lines(rules: RuleDocument, asked: Situation, facts: Facts | None) -> list[tuple[str, str, str]]:
    decision = decide(rules, asked)
    found = tell(rules, facts, screened=decision.screened, notes=decision.notes, is_chosen=decision.offered is not None)
    return [(line.subject, line.reason.value, line.detail) for line in found]


def test_every_funnel_and_product_is_told_in_turn() -> None:
    asked = situation()
    assert lines(RULES, asked, asked.facts) == [
        ("funnel:dear", "audience_miss", "Funnel: order value 10.00 GBP, at least 50.00 GBP"),
        ("funnel:vip", "audience_unknown", "Funnel: tier unknown, wanted vip"),
        ("variant:2", "chosen", "Funnel: Product 2"),
        ("funnel:late", "lower_priority", "Funnel"),
    ]


def test_of_an_erased_shopper_only_the_outcome_is_told() -> None:
    asked = situation()
    kept = without_person(record(asked.facts, RULES.live_facts))
    assert recorded(kept, RULES.live_facts) is None
    assert lines(RULES, asked, None)[:2] == [
        ("funnel:dear", "audience_miss", "Funnel: erased with the shopper"),
        ("funnel:vip", "audience_miss", "Funnel: erased with the shopper"),
    ]


def test_a_rule_that_failed_to_run_is_marked() -> None:
    found = tell(RULES, None, screened=(-2, -2, -2, -2), notes=(), is_chosen=False)
    assert {line.reason for line in found} == {Reason.RULE_BROKEN}


@given(DOCUMENTS, SITUATIONS)
def test_a_decision_is_told_the_same_from_what_is_kept_of_it(rules: RuleDocument, asked: Situation) -> None:
    decision = decide(rules, asked)
    at_once = tell(
        rules, asked.facts, screened=decision.screened, notes=decision.notes, is_chosen=decision.offered is not None
    )
    assert told(rules, asked, decision) == at_once


@given(DOCUMENTS, SITUATIONS)
def test_the_same_facts_are_kept_as_the_same_bytes(rules: RuleDocument, asked: Situation) -> None:
    again = parse_again(rules)
    kept = [json.dumps(record(asked.facts, each.live_facts), sort_keys=True) for each in (rules, again)]
    assert kept[0] == kept[1]


def parse_again(rules: RuleDocument) -> RuleDocument:
    """Return the rules as another process has them, with nothing worked out yet."""
    return RuleDocument(**{name: getattr(rules, name) for name in RuleDocument.__dataclass_fields__})
