"""What a merchant's own systems tell of customers, over HTTP: with a key, all of a request or nothing of it."""

from flask import Blueprint, Response, jsonify, request

from server.core.strict_json import read_json
from server.domain.told import read_told
from server.usecases.told_facts import forget_told, take_told
from server.web.guards import api_caller, api_key, guarded, runtime


def blueprint() -> Blueprint:
    routes = guarded("told_facts", __name__, api_key, url_prefix="/api/facts")

    @routes.post("")
    def tell() -> Response:
        told = read_told(read_json(request.get_data(), name="The body"))
        parts = runtime()
        taken = take_told(database=parts.database, shop_id=api_caller().shop_id, told=told, now=parts.clock.now())
        return jsonify({"ok": True, "customers": taken.customers, "changed": taken.changed})

    @routes.delete("/<customer_id>")
    def forget(customer_id: str) -> Response:
        is_news = forget_told(database=runtime().database, shop_id=api_caller().shop_id, customer_id=customer_id)
        return jsonify({"ok": True, "changed": int(is_news)})

    return routes
