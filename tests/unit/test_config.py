from pathlib import Path

import pytest

from server.config import InvalidSettings, Settings, read_settings

SECRET = "shpss_" + "0a" * 16
KEY = "7c" * 32


def environment(**changes: str | None) -> dict[str, str]:
    """Return a complete environment with changes; None takes a variable away."""
    made: dict[str, str | None] = {
        "AFTERS_PUBLIC_URL": "https://afters.example",
        "SHOPIFY_API_KEY": "0123456789abcdef0123456789abcdef",
        "SHOPIFY_API_SECRET": SECRET,
        "AFTERS_SECRET_KEY": KEY,
        **changes,
    }
    return {name: value for name, value in made.items() if value is not None}


def sandbox(**changes: str | None) -> dict[str, str]:
    base = {"AFTERS_SANDBOX_URL": "http://127.0.0.1:4600", "AFTERS_PUBLIC_URL": "http://127.0.0.1:4601"}
    return environment(**{**base, **changes})


def refusal(environ: dict[str, str]) -> str:
    with pytest.raises(InvalidSettings) as caught:
        read_settings(environ)
    return caught.value.message


def test_little_has_to_be_set() -> None:
    settings = read_settings(environment())
    assert settings.public_url == "https://afters.example"
    assert settings.database_url == "sqlite:///var/afters.sqlite3"
    assert settings.dbos_url == "sqlite:///var/afters-dbos.sqlite3"
    assert (settings.worker_id, settings.sandbox_url, settings.sandbox_clock) == ("worker-1", None, None)
    assert settings.is_json_log
    assert (settings.metrics_token, settings.error_hook) == (None, None)
    assert settings.client_secrets == (SECRET,)
    assert settings.secret_keys == (KEY,)
    assert settings.cdn_url == "https://cdn.shopify.com"


def test_everything_can_be_set() -> None:
    settings = read_settings(
        sandbox(
            AFTERS_PUBLIC_URL="http://localhost:4601/",
            AFTERS_SANDBOX_URL="http://127.0.0.1:4600/",
            SHOPIFY_API_SECRET_OLD="old secret",
            AFTERS_SECRET_KEY_OLD="old key",
            AFTERS_DATABASE_URL="postgres://u:p@db/afters",
            AFTERS_DBOS_URL="postgresql://u:p@db/jobs",
            AFTERS_WORKER_ID="worker-7",
            AFTERS_SANDBOX_CLOCK="/tmp/clock",
            AFTERS_LOG="text",
            AFTERS_METRICS_TOKEN="metrics-token-of-a-test",
            AFTERS_ERROR_HOOK="afters_errors.sentry:report",
        )
    )
    assert settings.public_url == "http://localhost:4601"
    assert (settings.sandbox_url, settings.cdn_url) == ("http://127.0.0.1:4600", "http://127.0.0.1:4600/cdn")
    assert settings.sandbox_clock == Path("/tmp/clock")
    assert settings.database_url == "postgresql+psycopg://u:p@db/afters"
    assert settings.dbos_url == "postgresql+psycopg://u:p@db/jobs"
    assert settings.client_secrets == (SECRET, "old secret")
    assert settings.secret_keys == (KEY, "old key")
    assert settings.worker_id == "worker-7"
    assert settings.metrics_token == "metrics-token-of-a-test"
    assert settings.error_hook == "afters_errors.sentry:report"
    assert not settings.is_json_log


def test_on_postgresql_jobs_live_in_the_same_database() -> None:
    settings = read_settings(environment(AFTERS_DATABASE_URL="postgresql+psycopg://db/afters"))
    assert settings.dbos_url == settings.database_url == "postgresql+psycopg://db/afters"


def test_a_file_of_any_name_has_one_beside_it() -> None:
    assert read_settings(environment(AFTERS_DATABASE_URL="sqlite:///a/b")).dbos_url == "sqlite:///a/b-dbos.sqlite3"


def test_the_clock_cannot_be_moved_outside_the_sandbox() -> None:
    assert read_settings(environment(AFTERS_SANDBOX_CLOCK="/tmp/clock")).sandbox_clock is None
    assert read_settings(sandbox()).sandbox_clock is None


def test_all_that_is_wrong_is_said_at_once() -> None:
    told = refusal({})
    for name in ("AFTERS_PUBLIC_URL", "SHOPIFY_API_KEY", "SHOPIFY_API_SECRET", "AFTERS_SECRET_KEY"):
        assert name in told
    assert len(told.splitlines()) == 5


@pytest.mark.parametrize("name", ["SHOPIFY_API_SECRET", "AFTERS_SECRET_KEY"])
@pytest.mark.parametrize("value", [None, "", "short", "x" * 31])
def test_an_empty_or_short_secret_stops_the_start(name: str, value: str | None) -> None:
    assert f"{name} is missing or shorter than 32" in refusal(environment(**{name: value}))


def test_the_two_secrets_must_differ() -> None:
    assert "must not be the Shopify secret" in refusal(environment(AFTERS_SECRET_KEY=SECRET))


@pytest.mark.parametrize("name", ["AFTERS_DATABASE_URL", "AFTERS_DBOS_URL"])
@pytest.mark.parametrize("url", ["mysql://u:pw@db/a", "db/a", "postgresql:/u:pw@db", "file:a.sqlite3"])
def test_a_database_is_one_of_the_two_and_its_address_is_not_quoted(name: str, url: str) -> None:
    told = refusal(environment(**{name: url}))
    assert f"{name} must begin with" in told
    assert url not in told


def test_a_short_token_of_the_metrics_is_refused() -> None:
    assert "AFTERS_METRICS_TOKEN is shorter than 16" in refusal(environment(AFTERS_METRICS_TOKEN="x" * 15))
    assert read_settings(environment(AFTERS_METRICS_TOKEN="")).metrics_token is None


@pytest.mark.parametrize("hook", ["report", "errors:", ":report", "a b:report", "errors:report()", "errors:a.b"])
def test_what_names_no_function_is_no_error_hook(hook: str) -> None:
    assert "package.module:function" in refusal(environment(AFTERS_ERROR_HOOK=hook))


@pytest.mark.parametrize("url", ["", "afters.example", "/afters", "https://", "http://[x"])
def test_what_is_no_address_is_refused(url: str) -> None:
    assert "AFTERS_PUBLIC_URL is missing" in refusal(environment(AFTERS_PUBLIC_URL=url))


@pytest.mark.parametrize("url", ["http://afters.example", "ftp://afters.example", "javascript://afters.example"])
def test_a_public_address_is_https(url: str) -> None:
    assert "it must be https" in refusal(environment(AFTERS_PUBLIC_URL=url))


@pytest.mark.parametrize("public", ["https://afters.example", "http://10.0.0.1", "http://127.0.0.1.evil.example"])
def test_the_sandbox_stays_on_this_machine(public: str) -> None:
    assert "must both be on this machine" in refusal(sandbox(AFTERS_PUBLIC_URL=public))
    assert "must both be on this machine" in refusal(sandbox(AFTERS_SANDBOX_URL="http://sandbox.example"))


def test_a_sandbox_without_a_public_address_is_told_so() -> None:
    assert "AFTERS_PUBLIC_URL is missing" in refusal(sandbox(AFTERS_PUBLIC_URL=None))


def test_ipv6_is_this_machine_too() -> None:
    assert read_settings(sandbox(AFTERS_SANDBOX_URL="http://[::1]:4600")).sandbox_url == "http://[::1]:4600"


def test_the_secrets_are_taken_out_of_the_environment() -> None:
    environ = environment(
        SHOPIFY_API_SECRET_OLD="old secret",
        AFTERS_SECRET_KEY_OLD="old key",
        AFTERS_DATABASE_URL="postgresql://u:p@db/a",
        AFTERS_METRICS_TOKEN="metrics-token-of-a-test",
    )
    read_settings(environ)
    assert environ.keys() == {"AFTERS_PUBLIC_URL", "SHOPIFY_API_KEY"}


def test_the_environment_is_the_process_own_unless_said(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("SHOPIFY_API_SECRET_OLD", "")
    assert read_settings().client_secrets == (SECRET,)


def test_no_secret_shows_in_the_repr() -> None:
    settings: Settings = read_settings(
        environment(
            SHOPIFY_API_SECRET_OLD="old secret",
            AFTERS_SECRET_KEY_OLD="old key",
            AFTERS_DATABASE_URL="postgres://u:pw@db/a",
            AFTERS_METRICS_TOKEN="metrics-token-of-a-test",
        )
    )
    for secret in (SECRET, KEY, "old secret", "old key", "pw@", "metrics-token"):
        assert secret not in repr(settings)
