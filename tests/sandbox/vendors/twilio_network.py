"""Twilio behind its API: messages travel, callbacks report on them, phones answer, opt-outs are kept."""

import uuid
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from threading import Event, Lock

from tests.sandbox.clock import SandboxClock
from tests.sandbox.vendors.accounts import TwilioAccount
from tests.sandbox.vendors.faults import Faults
from tests.sandbox.vendors.inbox import Inbox, Sms
from tests.sandbox.vendors.refusals import Refused
from tests.sandbox.vendors.segments import count_segments
from tests.sandbox.vendors.twilio_hooks import TwilioHooks
from tests.sandbox.vendors.twilio_rules import Draft

STOP_WORDS = {"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"}
START_WORDS = {"START", "YES", "UNSTOP"}
HELP_WORDS = {"HELP", "INFO"}
ANSWERS = {
    "STOP": "You are opted out and get no more messages from this number. Text START to change that.",
    "START": "You are opted in again. Text STOP to opt out, HELP for help. Message and data rates may apply.",
    "HELP": "Text STOP to opt out of messages from this number. Message and data rates may apply.",
}
# Refused before a carrier saw it: failed. Anything else in the 30xxx range came back from a carrier: undelivered.
_NEVER_LEFT = {30001, 30002, 30034}


class TwilioStandIn:
    """The one account's traffic.

    `pace_seconds` is the pause before each status callback (real seconds, as on the real network callbacks
    trail the answer); dates come from the sandbox clock. Callbacks go to `app_origin` only: the sandbox calls
    nobody else, and says so in the message's record.
    """

    def __init__(
        self,
        *,
        account: TwilioAccount,
        inbox: Inbox,
        faults: Faults,
        clock: SandboxClock,
        app_origin: str,
        pace_seconds: float = 0.3,
    ) -> None:
        self.account = account
        self.inbox = inbox
        self.faults = faults
        self.clock = clock
        self.app_origin = app_origin
        self._pace = pace_seconds
        self._stopping = Event()
        self._lock = Lock()
        self._under_way: set[Future[None]] = set()
        self._pool = ThreadPoolExecutor(max_workers=4, thread_name_prefix="twilio")
        self._hooks = TwilioHooks(account=account, inbox=inbox, app_origin=app_origin)

    def send(self, draft: Draft, *, failure: int | None = None) -> Sms:
        """Take a message and let it travel; `failure` is the 3xxxx code it ends with.

        Raises:
            Refused: the recipient has opted out of this sender (21610).
        """
        if self.inbox.is_opted_out(draft.service_sid or draft.sender or "", draft.to):
            raise Refused(21610, draft.to)
        by_service = draft.service_sid is not None
        sms = self.inbox.add_sms(
            sid=_sid("MM" if draft.media else "SM"),
            direction="outbound-api",
            sender=draft.sender,
            recipient=draft.to,
            service_sid=draft.service_sid,
            body=draft.body,
            media=draft.media,
            segments=0 if by_service else count_segments(draft.body),
            status="accepted" if by_service else "queued",
            callback_url=draft.callback_url,
            failure=failure or draft.provoked,
        )
        self._start(self._travel, sms)
        return sms

    def receive(self, phone: str, body: str) -> Sms:
        """Let a phone text the shop: keep it, act on opt-out words, tell the app, answer as Twilio does."""
        # A phone answers in the thread of a number; nobody can answer a sender id made of letters.
        heard = [sms for sms in self.inbox.all_sms(recipient=phone) if sms.sender in self.account.numbers]
        service_sid = heard[-1].service_sid if heard else self.account.messaging_service_sid
        number = (heard[-1].sender if heard else None) or self.account.number
        kind = opt_out_type(body)
        if kind == "STOP":
            self.inbox.opt_out(service_sid or number, phone)
        elif kind == "START":
            self.inbox.opt_in(service_sid or number, phone)
        sms = self.inbox.add_sms(
            sid=_sid("SM"),
            direction="inbound",
            sender=phone,
            recipient=number,
            service_sid=service_sid,
            body=body,
            segments=count_segments(body),
            status="received",
            opt_out_type=kind,
        )
        if kind is not None:
            self._reply(sms, ANSWERS[kind])
        self._start(self._announce, sms)
        return sms

    def settle(self, timeout: float = 30.0) -> None:
        """Wait until nothing is travelling.

        Raises:
            TimeoutError: something still is after `timeout` seconds.
        """
        with self._lock:
            waiting = set(self._under_way)
        if wait(waiting, timeout=timeout).not_done:
            raise TimeoutError(f"{len(waiting)} messages still travel after {timeout:g} s")

    def resume(self) -> None:
        """Let messages travel on that a stopped sandbox left half way."""
        for sms in self.inbox.all_sms():
            if sms.direction == "outbound-api" and sms.status in {"accepted", "queued", "sent"}:
                self._start(self._travel, sms)

    def wait_unless_stopping(self, seconds: float) -> None:
        """Pause for real seconds, cut short when the sandbox stops."""
        self._stopping.wait(seconds)

    def stop(self) -> None:
        """Stop the traffic; what is half way stays so."""
        self._stopping.set()
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._hooks.close()

    def _start(self, work: Callable[[Sms], None], sms: Sms) -> None:
        future = self._pool.submit(work, sms)
        with self._lock:
            self._under_way.add(future)
        future.add_done_callback(self._arrived)

    def _arrived(self, future: Future[None]) -> None:
        with self._lock:
            self._under_way.discard(future)
        if not future.cancelled() and (error := future.exception()) is not None:
            print(f"sandbox: Twilio stand-in: {type(error).__name__}: {error}", flush=True)

    def _travel(self, sms: Sms) -> None:
        fault = self.faults.take("twilio", "callbacks", sms.recipient)
        mode = fault.told["mode"] if fault else "ordinary"
        reports: list[Sms] = []
        for status in _stages_left(sms):
            self.wait_unless_stopping(self._pace)
            if self._stopping.is_set():
                return
            sms = self._advance(sms, status)
            reports.append(sms)
            if mode in {"ordinary", "repeated", "forged"}:
                for _ in range(2 if mode == "repeated" else 1):
                    self._hooks.report_status(sms)
        if mode == "reversed":
            for report in reversed(reports):
                self._hooks.report_status(report)
        if mode == "forged":
            self._hooks.forge_failure(sms)

    def _advance(self, sms: Sms, status: str) -> Sms:
        changes: dict[str, object] = {"status": status}
        if sms.sender is None:
            changes |= {"sender": self.account.number, "segments": count_segments(sms.body)}
        if status == "sent":
            changes["sent_at"] = self.clock.now()
        if status in {"failed", "undelivered"}:
            changes["error_code"] = sms.failure
        return self.inbox.change_sms(sms.sid, **changes)

    def _announce(self, sms: Sms) -> None:
        for body in self._hooks.announce_inbound(sms):
            self._reply(sms, body)

    def _reply(self, heard: Sms, body: str) -> None:
        self.inbox.add_sms(
            sid=_sid("SM"),
            direction="outbound-reply",
            sender=heard.recipient,
            recipient=heard.sender or "",
            service_sid=heard.service_sid,
            body=body,
            segments=count_segments(body),
            status="delivered",
        )


def opt_out_type(body: str) -> str | None:
    """Return STOP, START or HELP when the text is exactly one of Twilio's words, else None."""
    word = body.strip().upper()
    for kind, words in (("STOP", STOP_WORDS), ("START", START_WORDS), ("HELP", HELP_WORDS)):
        if word in words:
            return kind
    return None


def _stages_left(sms: Sms) -> tuple[str, ...]:
    """Return what the message still has to go through, from where it stands."""
    if sms.failure is None:
        stages: tuple[str, ...] = ("queued", "sent", "delivered")
    else:
        stages = ("queued", "failed") if sms.failure in _NEVER_LEFT else ("queued", "sent", "undelivered")
    return stages[2:] if sms.status == "sent" else stages


def _sid(prefix: str) -> str:
    return prefix + uuid.uuid4().hex
