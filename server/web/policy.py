"""The privacy policy of this installation, for shops and shoppers: drawn from what is stored and for how long."""

from dataclasses import dataclass

from flask import Blueprint, render_template

from server.domain.inventory import INVENTORY, About, Holding
from server.web.guards import guarded, public, runtime


@dataclass(frozen=True, slots=True)
class PolicyLine:
    """One kind of data, in the words of the inventory."""

    what: str
    holds: str
    purpose: str
    kept: str


def blueprint() -> Blueprint:
    routes = guarded("policy", __name__, public)

    @routes.get("/privacy")
    def policy() -> str:
        settings = runtime().settings
        return render_template(
            "policy.html",
            operator_name=settings.operator_name,
            operator_email=settings.operator_email,
            shoppers=[_line(each) for each in INVENTORY if each.about is About.SHOPPER],
            shops=[_line(each) for each in INVENTORY if each.about is About.SHOP and each.personal],
        )

    return routes


def _line(holding: Holding) -> PolicyLine:
    sooner: dict[str, list[str]] = {}
    for column, term in holding.terms.items():
        sooner.setdefault(term.words, []).append(holding.personal[column])
    kept = [
        _capital(holding.kept.words),
        *(f"{_capital(', '.join(names))}: {words}" for words, names in sooner.items()),
    ]
    return PolicyLine(
        what=_capital(holding.what),
        holds=_capital(", ".join(dict.fromkeys(holding.personal.values()))),
        purpose=_capital(holding.purpose),
        kept=". ".join(kept) + ".",
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
