import sys
from collections.abc import Iterator, Mapping
from types import ModuleType

import pytest
import structlog

from server.core.error_hook import ErrorReporter, InvalidHook, load_hook
from server.core.errors import AppError

told: list[tuple[BaseException, Mapping[str, object]]] = []


def hook(error: BaseException, context: Mapping[str, object]) -> None:
    told.append((error, context))


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    told.clear()
    yield
    told.clear()


def log_through(
    reporter: ErrorReporter,
) -> tuple[structlog.typing.FilteringBoundLogger, list[structlog.typing.EventDict]]:
    written: list[structlog.typing.EventDict] = []

    def keep(_logger: object, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
        written.append(dict(event))
        raise structlog.DropEvent

    return structlog.wrap_logger(
        None, processors=[reporter, keep], wrapper_class=structlog.make_filtering_bound_logger(0)
    ), written


def test_an_exception_is_reported_with_redacted_context() -> None:
    log, written = log_through(ErrorReporter(hook))
    try:
        int("boom")
    except ValueError as error:
        log.exception("job.failed", delivery=7, email="jo@example.com", detail="to jo@example.com")
        caught = error
    ((reported, context),) = told
    assert reported is caught
    assert dict(context) == {"event": "job.failed", "delivery": 7, "email": "[removed]", "detail": "to [removed]"}
    assert written[0]["exc_info"] is True
    assert written[0]["email"] == "jo@example.com"  # the event itself goes on as it was; redaction comes after


@pytest.mark.parametrize("as_what", ["exception", "triple"])
def test_every_form_of_exc_info_is_understood(as_what: str) -> None:
    log, _ = log_through(ErrorReporter(hook))
    error = ValueError("boom")
    log.error("x.y", exc_info=error if as_what == "exception" else (ValueError, error, None))
    assert [reported for reported, _ in told] == [error]


def test_what_was_foreseen_or_is_no_error_is_not_reported() -> None:
    log, written = log_through(ErrorReporter(hook))
    log.error("x.y")
    log.error("x.y", exc_info=AppError("known"))
    log.error("x.y", exc_info=True)  # noqa: LOG014 - outside any handler there is none: that is the case
    log.error("x.y", exc_info=(None, None, None))
    assert told == []
    assert len(written) == 4


def test_a_hook_that_fails_harms_nothing_and_is_noted() -> None:
    def failing(_error: BaseException, _context: Mapping[str, object]) -> None:
        raise RuntimeError("no network; key sk_123")

    log, written = log_through(ErrorReporter(failing))
    log.error("x.y", exc_info=ValueError("boom"))
    assert written[0]["error_hook"] == "failed: RuntimeError"


def test_a_hook_that_logs_an_error_is_not_called_for_that() -> None:
    def logging(error: BaseException, context: Mapping[str, object]) -> None:
        hook(error, context)
        log.error("hook.failed", exc_info=RuntimeError("inside"))

    log, written = log_through(ErrorReporter(logging))
    for _ in range(2):
        log.error("x.y", exc_info=ValueError("boom"))
    assert len(told) == 2
    assert [event["event"] for event in written] == ["hook.failed", "x.y"] * 2


def test_a_hook_is_found_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("errors_of_a_test")
    module.__dict__.update(report=hook, number=3)
    monkeypatch.setitem(sys.modules, "errors_of_a_test", module)
    assert load_hook("errors_of_a_test:report") is hook
    for name in ("no_such_module:report", "errors_of_a_test:missing", "errors_of_a_test:number"):
        with pytest.raises(InvalidHook, match=name):
            load_hook(name)
