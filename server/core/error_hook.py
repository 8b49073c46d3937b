"""Tells an operator's own function of errors that nobody foresaw."""

import sys
import threading
from collections.abc import Callable, Mapping, MutableMapping
from importlib import import_module
from typing import Any

from server.core.errors import AppError
from server.core.logging import redact

Hook = Callable[[BaseException, Mapping[str, object]], object]


class InvalidHook(AppError):
    """The error hook of the settings cannot be had."""

    code = "invalid_hook"


def load_hook(name: str) -> Hook:
    """Return the function that `package.module:function` names.

    Raises:
        InvalidHook: there is no such module or function; found out at start, not at the first error.
    """
    module, _, function = name.partition(":")
    try:
        found = getattr(import_module(module), function)
    except Exception as fault:
        raise InvalidHook(f"AFTERS_ERROR_HOOK is {name}, which cannot be loaded ({type(fault).__name__}).") from fault
    if not callable(found):
        raise InvalidHook(f"AFTERS_ERROR_HOOK is {name}, which is not a function.")
    hook: Hook = found
    return hook


class ErrorReporter:
    """A processor of log events that hands logged exceptions to a hook, with the event as redacted context.

    Whatever is logged with its traceback is an error nobody foresaw: that is the rule of this code, so that no place
    that catches errors has to know of the hook. Anticipated errors (AppError) are not reported. A hook that fails is
    noted in the log event it was called for, and harms nothing else.
    """

    def __init__(self, hook: Hook) -> None:
        self._hook = hook
        self._under_way = threading.local()  # a hook that logs an error must not be called for that

    def __call__(self, logger: object, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        exception = _exception_of(event.get("exc_info"))
        if exception is None or isinstance(exception, AppError) or getattr(self._under_way, "is_so", False):
            return event
        context = redact(logger, method, {name: value for name, value in event.items() if name[0] != "_"})
        context.pop("exc_info", None)
        self._under_way.is_so = True
        try:
            self._hook(exception, context)
        except Exception as fault:  # noqa: BLE001 - it is not ours, and may fail in any way
            event["error_hook"] = f"failed: {type(fault).__name__}"
        finally:
            self._under_way.is_so = False
        return event


def _exception_of(given: object) -> BaseException | None:
    """Return the exception that an event's `exc_info` means: an exception, a triple of one, or "the present one"."""
    if isinstance(given, BaseException):
        return given
    if isinstance(given, tuple):
        return given[1] if len(given) > 1 and isinstance(given[1], BaseException) else None
    return sys.exc_info()[1] if given else None
