"""Says whether the process is up and can reach its database."""

from flask import Blueprint, Response, jsonify

from server.storage.migrate import INBOX, is_current
from server.web import session
from server.web.guards import guarded, public, runtime


def blueprint() -> Blueprint:
    routes = guarded("public", __name__, public)
    session.register(routes)

    @routes.get("/health")
    def health() -> tuple[Response, int]:
        parts = runtime()
        is_migrated = is_current(parts.database.engine) and is_current(parts.inbox.database.engine, INBOX)
        return jsonify({"status": "ok" if is_migrated else "database is not migrated"}), 200 if is_migrated else 503

    return routes
