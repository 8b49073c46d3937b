"""Says whether the process is up and can reach its database."""

from flask import Blueprint, Response, jsonify

from server.storage.migrate import current_revision, head_revision
from server.web import session
from server.web.guards import guarded, public, runtime


def blueprint() -> Blueprint:
    routes = guarded("public", __name__, public)
    session.register(routes)

    @routes.get("/health")
    def health() -> tuple[Response, int]:
        engine = runtime().database.engine
        is_current = current_revision(engine) == head_revision(engine)
        return jsonify({"status": "ok" if is_current else "database is not migrated"}), 200 if is_current else 503

    return routes
