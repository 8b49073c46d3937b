"""Reading the JSON bodies of the control API."""

from typing import Any

from flask import Request

REQUIRED = object()


class WrongBody(ValueError):
    """A body that cannot be used; the message says why."""


def body_of(request: Request) -> dict[str, Any]:
    """Return the body as an object; none at all counts as empty.

    Raises:
        WrongBody: something else than a JSON object.
    """
    if not request.get_data():
        return {}
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise WrongBody("a JSON object is needed")
    return body


def take(body: dict[str, Any], name: str, type_: type, *, default: Any = REQUIRED) -> Any:
    """Return a member of the right type; null stands for its absence.

    Raises:
        WrongBody: it is missing and has no default, or has another type.
    """
    value = body.get(name)
    if value is None:
        if default is REQUIRED:
            raise WrongBody(f"{name} is needed")
        return default
    allowed = (int, float) if type_ is float else (type_,)
    if not isinstance(value, allowed) or (isinstance(value, bool) and type_ is not bool):
        raise WrongBody(f"{name} must be {type_.__name__}")
    return value


def one_of(body: dict[str, Any], name: str, choices: tuple[str, ...]) -> str:
    """Return a member that is one of the choices.

    Raises:
        WrongBody: it is not.
    """
    value: str = take(body, name, str)
    if value not in choices:
        raise WrongBody(f"{name} must be one of {', '.join(choices)}")
    return value


def integers(members: dict[str, Any] | None) -> dict[int, int]:
    """Return `{"12": 3}` as numbers.

    Raises:
        WrongBody: a key or value is no whole number.
    """
    if not members:
        raise WrongBody("lines must name at least one line")
    if not all(str(key).isdigit() and isinstance(value, int) for key, value in members.items()):
        raise WrongBody("lines must map line ids to whole numbers")
    return {int(key): value for key, value in members.items()}
