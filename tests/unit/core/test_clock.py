import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from server.core.clock import Clock, MovedClock, SystemClock


def offset(clock: Clock) -> float:
    """Return how far the clock is ahead of the system's, in whole seconds."""
    return round((clock.now() - SystemClock().now()).total_seconds())


def write(path: Path, text: str) -> None:
    """Write as the sandbox does: a new file takes the old one's place, so the change shows whatever the time."""
    fresh = path.with_suffix(".new")
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(path)


def test_the_system_clock_is_aware_and_in_utc() -> None:
    assert SystemClock().now().tzinfo is UTC


def test_a_moved_clock_is_ahead_by_what_the_file_says(tmp_path: Path) -> None:
    path = tmp_path / "clock"
    clock = MovedClock(path)
    assert offset(clock) == 0
    write(path, "172800\n")
    assert offset(clock) == 172_800
    assert clock.now().tzinfo is UTC
    write(path, "-60.5")
    assert -61 <= offset(clock) <= -60
    path.unlink()
    assert offset(clock) == 0


@pytest.mark.parametrize("text", ["", " \n"])
def test_an_empty_file_moves_nothing(tmp_path: Path, text: str) -> None:
    write(tmp_path / "clock", text)
    assert offset(MovedClock(tmp_path / "clock")) == 0


@pytest.mark.parametrize("text", ["soon", "nan", "inf", "-inf", "1e30", "1e12", "-1e12", "ü", "1 2", "\x00"])
def test_garbage_and_offsets_beyond_the_calendar_move_nothing(tmp_path: Path, text: str) -> None:
    path = tmp_path / "clock"
    write(path, "3600")
    clock = MovedClock(path)
    assert offset(clock) == 3600
    write(path, text)
    assert offset(clock) == 0
    write(path, "60")
    assert offset(clock) == 60


def test_a_folder_in_the_files_place_moves_nothing(tmp_path: Path) -> None:
    assert offset(MovedClock(tmp_path)) == 0


def test_a_file_that_did_not_change_is_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "clock"
    write(path, "3600")
    clock = MovedClock(path)
    assert offset(clock) == 3600
    monkeypatch.setattr(Path, "read_text", lambda *_, **__: pytest.fail("read again"))
    assert offset(clock) == 3600


def test_a_change_within_one_tick_of_the_file_system_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "clock"
    write(path, "3600")
    times = (path.stat().st_atime_ns, path.stat().st_mtime_ns)
    clock = MovedClock(path)
    assert offset(clock) == 3600
    write(path, "7200")
    os.utime(path, ns=times)
    assert offset(clock) == 7200


def test_the_moved_clock_goes_on(tmp_path: Path) -> None:
    write(tmp_path / "clock", "86400")
    clock = MovedClock(tmp_path / "clock")
    first = clock.now()
    assert timedelta() <= clock.now() - first < timedelta(minutes=1)
    assert first > datetime(2024, 1, 1, tzinfo=UTC)
