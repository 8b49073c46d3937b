"""An oracle that is not there must never pass for one that agrees."""

from pathlib import Path

import pytest

from tests.web.oracle import asking


def test_where_the_library_is_missing_ci_fails_and_others_skip(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(asking, "FOLDER", tmp_path / "tests/web/oracle")
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="npm ci"), asking.running_oracle(client_id="x", secret="y"):
        pass
    monkeypatch.delenv("CI")
    with pytest.raises(pytest.skip.Exception, match="npm ci"), asking.running_oracle(client_id="x", secret="y"):
        pass
