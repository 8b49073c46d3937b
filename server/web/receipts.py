"""Takes in what vendors report: verified, stored, acknowledged in the vendor's own way."""

import hashlib

from flask import Blueprint, Response, request

from server.ports import DeliveryHeaders
from server.usecases.ingest import store_delivery
from server.web.guards import guarded, runtime, vendor_report, vendor_signature

# What vendors put on a report so that a repeat is recognised; without it the bytes themselves are the key.
_IDEMPOTENCY_HEADER = "I-Twilio-Idempotency-Token"


def blueprint() -> Blueprint:
    routes = guarded("receipts", __name__, vendor_signature, url_prefix="/receipts")

    @routes.post("/<vendor>")
    def receive(vendor: str) -> Response:
        parts = runtime()
        connection, raw = vendor_report()
        said = DeliveryHeaders(
            shop_domain=request.args["shop"],
            topic="receipt",
            delivery_id=request.headers.get(_IDEMPOTENCY_HEADER) or hashlib.sha256(raw).hexdigest(),
            event_id=None,
            triggered_at=None,
            api_version=None,
        )
        store_delivery(
            inbox=parts.inbox,
            source=connection.slug,
            said=said,
            headers=dict(request.headers),
            raw=raw,
            now=parts.clock.now(),
        )
        parts.wake()
        reply = parts.registry.get(vendor).receipt_reply
        return Response(reply.body, content_type=reply.content_type)

    return routes
