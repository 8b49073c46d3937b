"""Follow-ups: the journeys of the draft, one of them to edit, and what it will do in plain words."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from server.domain.conditions import CONDITIONS
from server.domain.document import TRIGGERS
from server.domain.rules.audiences import AudienceTree
from server.domain.rules.journeys import JOURNEY
from server.domain.rules.reading import Reader
from server.usecases.authoring import Draft
from server.web.pages.audience_form import AudienceView, describe_named
from server.web.pages.controls import Filled, draw
from server.web.pages.entries import drop_entry, open_draft, store_entry
from server.web.pages.frame import Frame, open_frame, page_blueprint, show
from server.web.pages.journey_form import empty_journey, messages_of, new_message, read_journey
from server.web.pages.journey_story import steps_words, tell_journey
from server.web.pages.wording import choice_words

_PART = "journeys"
_UNFINISHED = "Whoever meets the conditions, of which one is not finished yet"


@dataclass(frozen=True, slots=True)
class JourneyLine:
    """One follow-up as the list shows it."""

    id: str
    name: str
    is_on: bool
    is_live_as_drafted: bool
    opens: str
    messages: str
    audience: str
    priority: int


def blueprint() -> Blueprint:
    routes = page_blueprint("follow_ups", __name__, url_prefix="/follow-ups")
    _add_pages(routes)
    _add_changes(routes)
    return routes


def _add_pages(routes: Blueprint) -> None:
    @routes.get("")
    def listing() -> BaseResponse:
        frame, draft = open_frame(), open_draft()
        held = draft.document.get(_PART, [])
        # As orders go through them: the highest priority first, then by id.
        ranked = sorted(held, key=lambda each: (-each.get("priority", 0), each["id"]))
        goods = describe_named(*(each.get("audience") for each in held))
        lines = [_line(each, draft, AudienceView(each.get("audience"), goods, frame.display)) for each in ranked]
        return show(frame, "pages/follow_ups.html", draft=draft, lines=lines)

    @routes.get("/new")
    def new() -> BaseResponse:
        return _edit(open_frame(), open_draft(), empty_journey(), save_url=url_for("follow_ups.create"), is_new=True)

    @routes.get("/<journey_id>")
    def one(journey_id: str) -> BaseResponse:
        draft = open_draft()
        save_url = url_for("follow_ups.save", journey_id=journey_id)
        return _edit(open_frame(), draft, draft.entry(_PART, journey_id), save_url=save_url, is_new=False)


def _add_changes(routes: Blueprint) -> None:
    @routes.post("/new")
    def create() -> Response:
        return _save(None)

    @routes.post("/story")
    def story() -> BaseResponse:
        """Tell what the follow-up in a form would do, before it is saved."""
        frame, draft = open_frame(), open_draft()
        filled = Filled(request.form, frame.shop.currency)
        journey_id = filled.text("id")
        stored = draft.entry(_PART, journey_id) if journey_id else None
        return _story(frame, draft, read_journey(filled, stored))

    @routes.post("/<journey_id>")
    def save(journey_id: str) -> Response:
        return _save(journey_id)

    @routes.post("/<journey_id>/delete")
    def delete(journey_id: str) -> Response:
        return drop_entry(open_draft(), part=_PART, name=journey_id, location=url_for("follow_ups.listing"))


def _save(journey_id: str | None) -> Response:
    draft = open_draft()
    stored = draft.entry(_PART, journey_id) if journey_id is not None else None
    filled = Filled(request.form, open_frame().shop.currency)
    journey = read_journey(filled, stored)
    location = url_for("follow_ups.one", journey_id=journey["id"])
    return store_entry(
        draft,
        part=_PART,
        table=JOURNEY,
        entry=journey,
        replaces=journey_id,
        faults=filled.faults,
        location=location,
    )


def _edit(frame: Frame, draft: Draft, journey: dict[str, Any], *, save_url: str, is_new: bool) -> BaseResponse:
    view = _audience(frame, journey)
    return show(
        frame,
        "pages/follow_up.html",
        draft=draft,
        journey=journey,
        plain=draw(JOURNEY, "", journey),
        messages=messages_of(journey, currency=frame.shop.currency),
        new_message=new_message(currency=frame.shop.currency),
        view=view,
        conditions=CONDITIONS,
        story=tell_journey(journey, draft.document, audience=view.words),
        save_url=save_url,
        is_new=is_new,
    )


def _story(frame: Frame, draft: Draft, journey: dict[str, Any]) -> BaseResponse:
    reader = Reader()
    AudienceTree().read(reader, journey["audience"], "")
    # Half of a condition has no words yet.
    audience = _UNFINISHED if reader.problems else _audience(frame, journey).words
    told = tell_journey(journey, draft.document, audience=audience)
    return show(frame, "pages/_journey_story.html", story=told)


def _audience(frame: Frame, journey: dict[str, Any]) -> AudienceView:
    audience = journey.get("audience")
    return AudienceView(audience, describe_named(audience), frame.display)


def _line(journey: dict[str, Any], draft: Draft, view: AudienceView) -> JourneyLine:
    return JourneyLine(
        id=journey["id"],
        name=journey["name"],
        is_on=journey.get("is_live", False),
        is_live_as_drafted=draft.is_entry_live(_PART, journey),
        opens=choice_words(journey.get("trigger", next(iter(TRIGGERS)))),
        messages=steps_words(journey),
        audience=view.words,
        priority=journey.get("priority", 0),
    )
