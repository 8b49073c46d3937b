"""The host that keeps the results of bulk operations: signed addresses, ranges, and no access token of Shopify's."""

from collections.abc import Iterator
from pathlib import Path

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from tests.sandbox.shopify.admin.side import ServerSide
from tests.sandbox.shopify.admin.state import state_of

_CHUNK = 256 * 1024


def create_host(sandbox: ServerSide) -> Flask:
    """Return the host of result files."""
    app = Flask("tests.sandbox.bulk_files", static_folder=None)
    bulk, folder = state_of(sandbox.world).bulk, sandbox.settings.var_dir / "bulk"

    @app.get("/shopify-bulk/<name>")
    def download(name: str) -> Response:
        if "X-Shopify-Access-Token" in request.headers:
            return Response("The access token is for Shopify, not for this host.", status=400)
        path = folder / Path(name).name
        if bulk.is_expired or not path.exists():
            return Response("<Error><Code>ExpiredToken</Code></Error>", status=400, content_type="application/xml")
        size = path.stat().st_size
        try:
            ranged = request.range.range_for_length(size) if request.range else None
        except HTTPException:
            return Response(status=416)
        if request.range and ranged is None:
            return Response(status=416)
        start, end = ranged or (0, size)
        cut, bulk.cut_after = bulk.cut_after, None
        answer = Response(_bytes(path, start, end, cut), status=206 if ranged else 200, mimetype="application/jsonl")
        answer.headers["Content-Length"] = str(end - start)
        if ranged:
            answer.headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
        return answer

    return app


def _bytes(path: Path, start: int, end: int, cut: int | None) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(start)
        left = end - start if cut is None else min(cut, end - start)
        while left and (some := file.read(min(_CHUNK, left))):
            left -= len(some)
            yield some
    if cut is not None:
        raise ConnectionError("the download breaks off, as was ordered")
