"""Says whether the process is up, and whether it can take what is sent to it."""

from flask import Blueprint, Response, jsonify

from server.runtime import Runtime
from server.usecases.readiness import Readiness
from server.web import session, stage
from server.web.guards import guarded, public, runtime


def blueprint(parts: Runtime) -> Blueprint:
    routes = guarded("public", __name__, public)
    session.register(routes)
    stage.register(routes)
    readiness = Readiness(parts.database, parts.inbox.database)

    @routes.get("/health")
    def health() -> Response:
        """Answer as long as the process lives: a restart would not mend a database."""
        return jsonify({"status": "ok"})

    @routes.get("/ready")
    def ready() -> tuple[Response, int]:
        fault = readiness.fault(now=runtime().clock.now())
        return (jsonify({"status": "ok"}), 200) if fault is None else (jsonify({"status": fault}), 503)

    return routes
