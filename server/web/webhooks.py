"""Takes in the platform's deliveries: verified, stored, acknowledged. Nothing else happens here."""

from flask import Blueprint

from server.usecases.ingest import store_delivery
from server.web.guards import delivery, guarded, platform_signature, runtime


def blueprint() -> Blueprint:
    routes = guarded("webhooks", __name__, platform_signature, url_prefix="/webhooks")

    @routes.post("/shopify")
    def receive() -> tuple[str, int]:
        """Answer 200 for unknown topics and shops too: a refusal would only be sent again for four hours."""
        said, raw = delivery()
        parts = runtime()
        store_delivery(inbox=parts.inbox, source="shopify", said=said, headers={}, raw=raw, now=parts.clock.now())
        parts.wake()
        return "", 200

    return routes
