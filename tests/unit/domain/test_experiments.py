import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.experiments import bucket, fraction, is_held_out, unit_of


@given(st.text(max_size=20), st.text(max_size=40))
def test_a_unit_always_falls_into_the_same_place(salt: str, unit: str) -> None:
    place = bucket(salt=salt, unit_id=unit)
    assert 0 <= place < 1
    assert bucket(salt=salt, unit_id=unit) == place


def test_the_ends_of_the_range_stay_inside() -> None:
    assert fraction(b"\x00" * 32) == 0
    assert fraction(b"\xff" * 32) < 1
    assert fraction(b"\xff" * 32) * 100 < 100


def test_units_are_spread_evenly() -> None:
    counts = [0] * 20
    for number in range(20_000):
        counts[int(bucket(salt="holdout", unit_id=f"customer:{number}") * 20)] += 1
    chi_square = sum((count - 1_000) ** 2 / 1_000 for count in counts)
    assert chi_square < 43.8  # 19 degrees of freedom, p = 0.001; the draw is fixed, so this cannot fail by chance


def test_two_salts_draw_independently() -> None:
    both = sum(
        bucket(salt="one", unit_id=f"customer:{number}") < 0.5
        and bucket(salt="two", unit_id=f"customer:{number}") < 0.5
        for number in range(10_000)
    )
    assert 2_370 < both < 2_630  # 2,500 expected, three standard deviations


@given(st.text(max_size=30), st.floats(0, 100), st.floats(0, 100))
def test_a_larger_share_never_lets_anybody_out(unit: str, one: float, other: float) -> None:
    low, high = sorted((one, other))
    if is_held_out(salt="s", unit_id=unit, percent=low):
        assert is_held_out(salt="s", unit_id=unit, percent=high)


@given(st.text(max_size=30))
def test_none_and_all_mean_what_they_say(unit: str) -> None:
    assert not is_held_out(salt="s", unit_id=unit, percent=0)
    assert is_held_out(salt="s", unit_id=unit, percent=100)


def test_a_tenth_is_about_a_tenth() -> None:
    held = sum(is_held_out(salt="s", unit_id=f"customer:{number}", percent=10) for number in range(10_000))
    assert 910 < held < 1_090


@pytest.mark.parametrize(
    ("known", "unit"),
    [
        ({"customer_id": "77", "email": "jo@example.com", "phone": "+447700900123"}, "customer:77"),
        ({"customer_id": "", "email": None, "phone": None}, "reference:r"),
        ({"customer_id": None, "email": " ", "phone": " "}, "reference:r"),
    ],
)
def test_the_best_identity_is_the_unit(known: dict[str, str | None], unit: str) -> None:
    assert unit_of(**known, reference_id="r") == unit


def test_a_guest_is_known_by_address_however_it_is_written_and_the_address_is_not_kept() -> None:
    def unit(email: str | None, phone: str | None) -> str:
        return unit_of(customer_id=None, email=email, phone=phone, reference_id="r")

    assert unit("Jo@Example.com ", None) == unit("jo@example.com", "+447700900123")
    assert unit(None, "+447700900123 ") == unit("", "+447700900123")
    assert unit("jo@example.com", None) != unit("jo@example.org", None)
    assert "jo@" not in unit("jo@example.com", None)
    assert "7700" not in unit(None, "+447700900123")
    assert unit("jo@example.com", None).startswith("email:")
