"""Integrations: any vendor's form, drawn from its own description."""

from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Blueprint, Response, jsonify, request
from werkzeug.wrappers import Response as BaseResponse

from server.outbound.spec import IntegrationSpec, InvalidSettings
from server.storage.shops import Connection
from server.usecases.settings import connect_vendor, load_connections
from server.web.guards import merchant, runtime, shop
from server.web.pages.frame import open_frame, page_blueprint, show

_CAPABILITIES = {"sms": "Text messages", "email": "E-mail", "receipts": "Delivery reports"}


@dataclass(frozen=True, slots=True)
class VendorForm:
    """One vendor as its form shows it: no secret is among the values."""

    spec: IntegrationSpec
    values: dict[str, str]
    stored_secrets: frozenset[str]
    is_connected: bool
    pause_reason: str | None
    receipt_url: str | None

    @property
    def purpose(self) -> str:
        return ", ".join(_CAPABILITIES[each] for each in self.spec.capabilities)


def blueprint() -> Blueprint:
    routes = page_blueprint("integrations", __name__, url_prefix="/integrations")

    @routes.get("")
    def listing() -> BaseResponse:
        parts, frame = runtime(), open_frame()
        held = load_connections(database=parts.database, box=parts.box, shop_id=shop().shop_id)
        return show(
            frame,
            "pages/integrations.html",
            vendors=[_form(spec, held.get(spec.slug)) for spec in parts.registry.specs],
            unavailable=parts.registry.unavailable,
        )

    @routes.post("/<slug>")
    def connect(slug: str) -> tuple[Response, int]:
        parts = runtime()
        spec = parts.registry.get(slug)
        held = load_connections(database=parts.database, box=parts.box, shop_id=shop().shop_id).get(slug)
        try:
            settings = spec.read_settings(request.form.to_dict(), stored=held.settings if held else None)
        except InvalidSettings as fault:
            problems = [{"path": each.field, "message": each.message} for each in fault.problems]
            refusal = {"code": fault.code, "message": "Some settings need your attention.", "problems": problems}
            return jsonify({"error": refusal}), 422
        connect_vendor(
            database=parts.database,
            box=parts.box,
            shop_id=shop().shop_id,
            slug=slug,
            settings=settings,
            now=parts.clock.now(),
        )
        return jsonify({"ok": True}), 200

    return routes


def _form(spec: IntegrationSpec, held: Connection | None) -> VendorForm:
    settings = held.settings if held else {}
    return VendorForm(
        spec=spec,
        values=spec.shown_settings(settings),
        stored_secrets=frozenset(each.name for each in spec.fields if each.is_secret and settings.get(each.name)),
        is_connected=held is not None,
        pause_reason=(held.pause_reason or "The vendor refused the settings.") if held and held.is_paused else None,
        receipt_url=_receipt_url(spec) if "receipts" in spec.capabilities else None,
    )


def _receipt_url(spec: IntegrationSpec) -> str:
    query = urlencode({"shop": merchant().shop_domain})
    return f"{runtime().settings.public_url}/receipts/{spec.slug}?{query}"
