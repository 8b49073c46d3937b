from math import isclose, sqrt

from hypothesis import given
from hypothesis import strategies as st

from server.domain.recommendations import Neighbour, count_neighbours, rank_candidates

BASKETS = st.lists(st.lists(st.sampled_from("abcdefg"), max_size=5), max_size=12)


def test_an_example_by_hand() -> None:
    # Orders: ab, ab, abc, c alone (no pair), ac.
    # Weights: ab 1 + 1 + 1/2 = 2.5 in 3 orders; ac 1/2 + 1 = 1.5 in 2; bc 1/2 in 1 (too few).
    # Mass (orders with a pair): a 4, b 3, c 2.
    found = count_neighbours([("a", "b"), ("a", "b"), ("a", "b", "c"), ("c",), ("a", "c")])
    assert found.keys() == {"a", "b", "c"}
    (first, second), (only,) = found["a"], found["b"]
    assert (first.variant_id, first.together, second.variant_id, second.together) == ("b", 3, "c", 2)
    assert isclose(first.score, 2.5 / sqrt(12) * 3 / 8)
    assert isclose(second.score, 1.5 / sqrt(8) * 2 / 7)
    assert only == Neighbour("a", first.score, 3)
    assert found["c"] == (Neighbour("a", second.score, 2),)


@given(BASKETS)
def test_being_neighbours_is_mutual(baskets: list[list[str]]) -> None:
    found = count_neighbours(baskets)
    for item, neighbours in found.items():
        for each in neighbours:
            assert each.variant_id != item
            assert Neighbour(item, each.score, each.together) in found[each.variant_id]


@given(BASKETS)
def test_scores_are_ordered_and_bounded(baskets: list[list[str]]) -> None:
    for neighbours in count_neighbours(baskets).values():
        scores = [each.score for each in neighbours]
        assert scores == sorted(scores, reverse=True)
        assert all(0 < score < 1 for score in scores)
        assert all(each.together >= 2 for each in neighbours)


@given(BASKETS, st.randoms(use_true_random=False))
def test_the_order_of_orders_and_of_their_lines_is_irrelevant(baskets: list[list[str]], random: object) -> None:
    turned = [sorted(basket, reverse=True) for basket in baskets]
    random.shuffle(turned)  # type: ignore[attr-defined]  # Hypothesis's own generator, typed by a module we ban
    once, again = count_neighbours(baskets), count_neighbours(turned)
    assert once.keys() == again.keys()
    for item, neighbours in once.items():
        told = {each.variant_id: (round(each.score, 9), each.together) for each in neighbours}
        assert told == {each.variant_id: (round(each.score, 9), each.together) for each in again[item]}


@given(BASKETS)
def test_buying_an_item_twice_in_one_order_counts_once(baskets: list[list[str]]) -> None:
    assert count_neighbours([basket * 2 for basket in baskets]) == count_neighbours(baskets)


def test_a_wholesalers_order_counts_for_nothing() -> None:
    huge = [str(number) for number in range(61)]
    assert count_neighbours([huge] * 3) == {}
    assert count_neighbours([huge[:60]] * 3) != {}


def test_twenty_neighbours_are_kept() -> None:
    baskets = [("a", str(number)) for number in range(30) for _ in range(2)]
    assert len(count_neighbours(baskets)["a"]) == 20


def test_equal_scores_go_by_id() -> None:
    baskets = [("a", other) for other in ("y", "x", "z") for _ in range(2)]
    assert [each.variant_id for each in count_neighbours(baskets)["a"]] == ["x", "y", "z"]


def test_candidates_add_up_and_name_what_led_to_them_most() -> None:
    neighbours = {
        "a": (Neighbour("x", 0.5, 3), Neighbour("y", 0.4, 3), Neighbour("b", 0.9, 9)),
        "b": (Neighbour("y", 0.3, 2),),
    }
    ranked = rank_candidates(["b", "a", "a"], neighbours, {"a": "Anchor", "b": "Bell"}, most=9)
    assert [(each.variant_id, round(each.score, 9), each.because) for each in ranked] == [
        ("y", 0.7, "Anchor"),
        ("x", 0.5, "Anchor"),
    ]


def test_what_was_bought_is_no_candidate_and_unknown_titles_are_empty() -> None:
    neighbours = {"a": (Neighbour("b", 0.5, 2), Neighbour("c", 0.5, 2))}
    assert [(each.variant_id, each.because) for each in rank_candidates(["a", "b"], neighbours, {}, most=9)] == [
        ("c", "")
    ]
    assert rank_candidates([], neighbours, {}, most=9) == ()


@given(BASKETS, st.lists(st.sampled_from("abcdefg"), max_size=4))
def test_candidates_are_ranked_and_never_in_the_basket(baskets: list[list[str]], bought: list[str]) -> None:
    ranked = rank_candidates(bought, count_neighbours(baskets), {}, most=99)
    assert not {each.variant_id for each in ranked} & set(bought)
    scores = [each.score for each in ranked]
    assert scores == sorted(scores, reverse=True)
