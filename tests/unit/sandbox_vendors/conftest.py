"""A Twilio stand-in, an inbox and an app that only listens, all on loopback and all real."""

import base64
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import parse_qsl

import pytest
from flask import Flask, Response, request
from flask.testing import FlaskClient

from tests.sandbox.app import Sandbox
from tests.sandbox.clock import SandboxClock
from tests.sandbox.fixtures import stand_ins  # noqa: F401 -- for test_running
from tests.sandbox.host import HttpHost
from tests.sandbox.listening import free_ports
from tests.sandbox.settings import SandboxSettings
from tests.sandbox.vendors import control, twilio
from tests.sandbox.vendors.accounts import TwilioAccount
from tests.sandbox.vendors.faults import Faults
from tests.sandbox.vendors.inbox import Inbox
from tests.sandbox.vendors.twilio_network import TwilioStandIn

APP_ROOT = Path(__file__).resolve().parents[3]
ACCOUNT_SID = "AC" + "1a" * 16
AUTH_TOKEN = "2b" * 16
SERVICE_SID = "MG" + "3c" * 16
NUMBER = "+447700900999"
PHONE = "+447700900901"


@dataclass(frozen=True)
class Heard:
    """One request that the listening app got."""

    url: str
    form: dict[str, str]
    headers: dict[str, str]
    raw: bytes


@dataclass
class ListeningApp:
    """Stands for Afters: keeps what is posted to it and answers as it is told."""

    origin: str
    heard: list[Heard] = field(default_factory=list)
    answer: tuple[int, str] = (200, "<Response/>")

    def at(self, path: str) -> list[Heard]:
        return [each for each in self.heard if each.url.startswith(self.origin + path)]


@pytest.fixture
def app() -> Iterator[ListeningApp]:
    port = free_ports("127.0.0.1", 1)[0]
    listening = ListeningApp(origin=f"http://127.0.0.1:{port}")
    routes = Flask("listening")

    @routes.post("/<path:path>")
    def hear(path: str) -> Response:
        raw = request.get_data()
        heard = Heard(
            url=request.url,
            form=dict(request.form) or dict(parse(raw)),
            headers=dict(request.headers),
            raw=raw,
        )
        listening.heard.append(heard)
        status, body = listening.answer
        return Response(body, status=status, mimetype="text/xml")

    host = HttpHost(routes, host="127.0.0.1", port=port)
    host.start()
    yield listening
    host.stop()


def parse(raw: bytes) -> list[tuple[str, str]]:
    return parse_qsl(raw.decode(), keep_blank_values=True)


@pytest.fixture
def settings(tmp_path: Path, app: ListeningApp) -> SandboxSettings:
    app_port = int(app.origin.rpartition(":")[2])
    return SandboxSettings(var_dir=tmp_path, app_root=APP_ROOT, app_port=app_port)


@pytest.fixture
def clock(settings: SandboxSettings) -> SandboxClock:
    return SandboxClock(settings.clock_path)


@pytest.fixture
def inbox(tmp_path: Path, clock: SandboxClock) -> Inbox:
    return Inbox(tmp_path / "inbox.sqlite3", clock)


@pytest.fixture
def faults() -> Faults:
    return Faults()


@pytest.fixture
def network(inbox: Inbox, faults: Faults, clock: SandboxClock, settings: SandboxSettings) -> Iterator[TwilioStandIn]:
    account = TwilioAccount(
        account_sid=ACCOUNT_SID,
        auth_token=AUTH_TOKEN,
        messaging_service_sid=SERVICE_SID,
        numbers=(NUMBER,),
        inbound_url=f"{settings.app_origin}/receipts/twilio",
    )
    stand_in = TwilioStandIn(
        account=account,
        inbox=inbox,
        faults=faults,
        clock=clock,
        app_origin=settings.app_origin,
        pace_seconds=0,
    )
    yield stand_in
    stand_in.stop()


@pytest.fixture
def sandbox(settings: SandboxSettings, clock: SandboxClock, network: TwilioStandIn, inbox: Inbox) -> Sandbox:
    # World and sender belong to the shop's half, which the vendors never touch.
    nothing = cast("Any", SimpleNamespace())
    return Sandbox(settings, clock, nothing, nothing, network, inbox)


class TwilioClient:
    """Speaks to the stand-in as the app does: HTTP Basic, form-encoded, the vendor's own host name."""

    def __init__(self, client: FlaskClient) -> None:
        self._client = client
        self.messages = f"/2010-04-01/Accounts/{ACCOUNT_SID}/Messages.json"

    def open(self, method: str, path: str, *, token: str = AUTH_TOKEN, **more: Any) -> Any:
        key = base64.b64encode(f"{ACCOUNT_SID}:{token}".encode()).decode()
        headers = {"Authorization": f"Basic {key}"}
        return self._client.open(path, method=method, headers=headers, base_url="http://api.twilio.com", **more)

    def send(self, **form: Any) -> Any:
        fields = {"To": PHONE, "From": NUMBER, "Body": "Hello", **form}
        given = {name: value for name, value in fields.items() if value is not None}
        return self.open("POST", self.messages, data=given)

    def list(self, **query: str) -> list[dict[str, Any]]:
        answer = self.open("GET", self.messages, query_string=query)
        assert answer.status_code == 200, answer.json
        return cast("list[dict[str, Any]]", answer.json["messages"])


@pytest.fixture
def api(sandbox: Sandbox) -> TwilioClient:
    return TwilioClient(twilio.create_host(sandbox).test_client())


@pytest.fixture
def controls(sandbox: Sandbox) -> FlaskClient:
    people = Flask("people", static_folder=None)
    people.register_blueprint(control.blueprint(sandbox))
    return people.test_client()
