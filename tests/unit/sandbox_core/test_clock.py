from datetime import UTC, timedelta

import pytest

from tests.sandbox.clock import SandboxClock


def test_without_a_file_the_clock_shows_real_time(clock: SandboxClock) -> None:
    assert clock.offset() == 0
    assert clock.now().tzinfo is UTC


def test_moves_add_up_and_reset_returns(clock: SandboxClock) -> None:
    clock.move(172_800)
    clock.move(-3_600.5)
    assert clock.offset() == 169_199.5
    clock.reset()
    assert clock.offset() == 0


def test_a_move_shows_in_now(clock: SandboxClock) -> None:
    before = clock.now()
    clock.move(86_400)
    assert timedelta(hours=24) <= clock.now() - before < timedelta(hours=25)


def test_another_reader_of_the_file_sees_every_move(clock: SandboxClock) -> None:
    other = SandboxClock(clock.path)
    for step in range(1, 40):  # quicker than the file system's clock ticks
        clock.move(1)
        assert other.offset() == step


@pytest.mark.parametrize(("seconds", "text"), [(172_800, "172800"), (0.25, "0.25"), (1_000_000, "1000000")])
def test_the_file_holds_plain_seconds(clock: SandboxClock, seconds: float, text: str) -> None:
    clock.move(seconds)
    assert clock.path.read_text(encoding="ascii") == text


def test_a_file_that_holds_no_number_is_an_error(clock: SandboxClock) -> None:
    clock.path.write_text("soon", encoding="ascii")
    with pytest.raises(ValueError, match="soon"):
        clock.now()
