import base64
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shopify.session import Session

from tests.sandbox.browser.admin.launch import Launcher
from tests.sandbox.shopify.signing import read_jwt
from tests.unit.sandbox_admin_shell.conftest import Shell


def launcher_of(shell: Shell) -> Launcher:
    return Launcher(shell.settings, shell.clock)


def query_of(address: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query, keep_blank_values=True).items()}


def test_opens_the_app_with_everything_shopify_adds(shell: Shell) -> None:
    launcher = launcher_of(shell)
    address = launcher.address("/offers")
    query = query_of(address)
    assert address.startswith(f"{shell.settings.app_origin}/offers?")
    assert set(query) == {"embedded", "shop", "host", "hmac", "timestamp", "session", "locale", "id_token"}
    assert (query["embedded"], query["shop"]) == ("1", "gift-shop.myshopify.com")
    assert abs(int(query["timestamp"]) - shell.clock.now().timestamp()) < 5


def test_host_is_base64_without_padding(shell: Shell) -> None:
    host = query_of(launcher_of(shell).address("/"))["host"]
    assert "=" not in host
    assert base64.b64decode(host + "=" * (-len(host) % 4)) == b"admin.shopify.com/store/gift-shop"


def test_id_token_follows_the_movable_clock_and_never_repeats(shell: Shell) -> None:
    launcher = launcher_of(shell)
    shell.clock.move(172_800)
    first, second = (read_jwt(shell.settings.client_secret, launcher.id_token()) for _ in range(2))
    assert first["jti"] != second["jti"]
    assert first["exp"] - first["iat"] == 60
    assert abs(first["iat"] - shell.clock.now().timestamp()) < 5
    assert (first["aud"], first["dest"]) == (shell.settings.client_id, "https://gift-shop.myshopify.com")
    assert first["sid"] == query_of(launcher.address("/"))["session"]


@pytest.mark.oracle
def test_the_hmac_is_the_one_shopifys_own_python_library_expects(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    query = query_of(launcher_of(shell).address("/offers?tab=live"))
    monkeypatch.setattr(Session, "secret", shell.settings.client_secret)
    is_valid = Session.validate_hmac  # untyped, as the whole library
    assert is_valid(query)  # type: ignore[no-untyped-call]  # see above
    assert not is_valid({**query, "shop": "other.myshopify.com"})  # type: ignore[no-untyped-call]  # see above


def test_keeps_the_query_of_the_path_but_not_what_pretends_to_be_the_launch(shell: Shell) -> None:
    query = query_of(launcher_of(shell).address("/orders?page=2&shop=evil.myshopify.com&note="))
    assert (query["page"], query["note"], query["shop"]) == ("2", "", "gift-shop.myshopify.com")


@pytest.mark.parametrize("path", ["", "offers", "//evil.example/", "https://evil.example/"])
def test_refuses_what_is_no_path(shell: Shell, path: str) -> None:
    with pytest.raises(ValueError, match="begins with one slash"):
        launcher_of(shell).address(path)


@given(path=st.text(max_size=40))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_never_leaves_the_apps_origin(shell: Shell, path: str) -> None:
    launcher = launcher_of(shell)
    try:
        address = launcher.address("/" + path)
    except ValueError:
        return
    parts = urlsplit(address)
    assert f"{parts.scheme}://{parts.netloc}" == shell.settings.app_origin
