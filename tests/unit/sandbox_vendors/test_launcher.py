"""What the launcher decides before anything runs: whose folder it is, which secrets, which ports, what time."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.sandbox.clock import SandboxClock
from tests.sandbox.credentials import credentials_in
from tests.sandbox.launcher import SENDING_HOURS, CannotStart, empty, only_one, open_credentials, start_by_day
from tests.sandbox.listening import PortTaken, bind, free_ports, require_free


def test_secrets_are_made_once_and_only_their_owner_reads_them(tmp_path: Path) -> None:
    first = open_credentials(tmp_path, is_fresh=False)
    assert open_credentials(tmp_path, is_fresh=False) == first
    assert (tmp_path / "credentials.json").stat().st_mode & 0o777 == 0o600
    assert first.client_secret not in repr(first)
    assert first.twilio_auth_token not in repr(first)
    assert open_credentials(tmp_path, is_fresh=True) != first


@pytest.mark.parametrize("text", ["[]", "{}", json.dumps({"client_id": "x"})])
def test_credentials_of_another_version_are_said(text: str, tmp_path: Path) -> None:
    (tmp_path / "credentials.json").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match="--fresh"):
        credentials_in(tmp_path)
    with pytest.raises(CannotStart, match="--fresh"):
        open_credentials(tmp_path, is_fresh=False)


def test_fresh_empties_a_sandbox_but_nothing_else(tmp_path: Path) -> None:
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    for folder in (ours, theirs):
        (folder / "logs").mkdir(parents=True)
        (folder / "thesis.txt").touch()
    credentials_in(ours)
    empty(ours)
    assert list(ours.iterdir()) == []
    with pytest.raises(CannotStart, match="does not empty"):
        empty(theirs)
    assert (theirs / "thesis.txt").exists()


def test_one_folder_one_sandbox(tmp_path: Path) -> None:
    with only_one(tmp_path), pytest.raises(CannotStart, match="Another sandbox"), only_one(tmp_path):
        pass
    with only_one(tmp_path):
        pass


def test_a_taken_port_is_named_with_its_option() -> None:
    with bind("127.0.0.1", 0) as listener:
        port = listener.getsockname()[1]
        with pytest.raises(PortTaken, match=rf"Port {port} .* e-mail[\s\S]*--smtp-port"):
            require_free("127.0.0.1", port, purpose="e-mail", option="--smtp-port")
    require_free("127.0.0.1", port, purpose="e-mail", option="--smtp-port")


def test_free_ports_differ() -> None:
    assert len(set(free_ports("127.0.0.1", 5))) == 5


@pytest.mark.parametrize("hour", range(24))
def test_a_new_shop_begins_by_day(hour: int, tmp_path: Path) -> None:
    london = ZoneInfo("Europe/London")
    clock = SandboxClock(tmp_path / "clock")
    real = clock.now()
    wanted = datetime.combine(real.astimezone(london).date() + timedelta(days=1), datetime.min.time(), london)
    clock.move((wanted.replace(hour=hour, minute=30).astimezone(UTC) - real).total_seconds())
    is_moved = start_by_day(clock)
    local = clock.now().astimezone(london)
    assert is_moved == (hour not in SENDING_HOURS)
    assert (local.hour, local.minute) == ((10, 0) if is_moved else (hour, 30))
