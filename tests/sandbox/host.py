"""The sandbox's own HTTP server.

werkzeug's threaded server, not Granian: it lives in a thread of the calling process, so that e2e tests hold the
very World, clock and inbox that answer the app, and it lends the socket, so that a stand-in can hang up.
"""

import logging
from collections.abc import Iterator
from threading import Thread
from typing import TYPE_CHECKING, Any

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from tests.sandbox.listening import bind

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

LOG = logging.getLogger("afters.sandbox.requests")


class _QuietHandler(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        self.log("info", "%s %s %s", self.requestline, code, size)  # plain: the log is a file

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 -- werkzeug's name
        LOG.log(logging.ERROR if type == "error" else logging.INFO, message, *args)


def _closing(app: "WSGIApplication") -> "WSGIApplication":
    """Close what an application answers with, whatever happens; werkzeug forgets it where the browser hangs up."""

    def call(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterator[bytes]:
        answered = app(environ, start_response)
        try:
            yield from answered
        finally:
            getattr(answered, "close", lambda: None)()

    return call


class HttpHost:
    """One application served on `host`:`port` by a thread per request."""

    def __init__(self, app: "WSGIApplication", *, host: str, port: int) -> None:
        """Bind the port.

        Raises:
            OSError: it is taken.
        """
        # Bound here, since werkzeug itself ends the process when the port is taken.
        with bind(host, port) as listener:
            self._server: BaseWSGIServer = make_server(
                host, port, _closing(app), threaded=True, request_handler=_QuietHandler, fd=listener.fileno()
            )
        self.port = self._server.port
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, name="sandbox-http")
        self._thread.daemon = True

    def start(self) -> None:
        """Serve in the background."""
        self._thread.start()

    def stop(self) -> None:
        """Stop serving and free the port."""
        self._server.shutdown()
        self._thread.join(timeout=10)
        self._server.server_close()
