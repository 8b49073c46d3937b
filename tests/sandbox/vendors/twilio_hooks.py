"""What Twilio posts to its customer: status callbacks and inbound messages, signed; and the TwiML it reads back."""

import uuid
from collections.abc import Sequence
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import httpx

from tests.sandbox.vendors.accounts import TwilioAccount
from tests.sandbox.vendors.inbox import Inbox, Sms
from tests.sandbox.vendors.signature import sign

TIMEOUT_SECONDS = 15.0  # Twilio's own for its webhooks
# The codes under which Twilio's debugger files a webhook that failed, and one whose answer is not XML.
FAILED_HOOK, BAD_TWIML = 11200, 12100


class TwilioHooks:
    """Posts to `app_origin` only, and keeps in the inbox what was posted and what came of it."""

    def __init__(self, *, account: TwilioAccount, inbox: Inbox, app_origin: str) -> None:
        self._account = account
        self._inbox = inbox
        self._app_origin = app_origin
        self._client = httpx.Client(timeout=TIMEOUT_SECONDS, trust_env=False, follow_redirects=False)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def report_status(self, sms: Sms) -> None:
        """Post the message's status to the address its sender gave, if any."""
        if sms.callback_url is not None:
            form = self._status_form(sms)
            self._post(sms, sms.status, sms.callback_url, form=form, token=self._account.auth_token)

    def forge_failure(self, sms: Sms) -> None:
        """Post what somebody without the account's token might: that the message failed."""
        if sms.callback_url is not None:
            lie = {"MessageStatus": "failed", "SmsStatus": "failed", "ErrorCode": "30008"}
            self._post(sms, "forged", sms.callback_url, form=self._status_form(sms) | lie, token="0" * 32)

    def announce_inbound(self, sms: Sms) -> Sequence[str]:
        """Post a message from a phone to the account's inbound address; return the replies its TwiML asks for."""
        form = self._form(sms) | {
            "SmsMessageSid": sms.sid,
            "SmsStatus": "received",
            "Body": sms.body,
            "NumMedia": "0",
            "NumSegments": str(sms.segments),
        }
        if sms.opt_out_type:
            form["OptOutType"] = sms.opt_out_type
        url = self._account.inbound_url
        answer = self._post(sms, "inbound", url, form=form, token=self._account.auth_token)
        if answer is None or not answer.is_success or not answer.content:
            return ()
        try:
            document = ET.fromstring(answer.text)
        except ET.ParseError as error:
            fault = f"{BAD_TWIML}: {error}"
            self._inbox.add_call(subject=sms.sid, what="twiml", url=url, answer=answer.status_code, problem=fault)
            return ()
        return ["".join(message.itertext()).strip() for message in document.iter("Message")]

    def _status_form(self, sms: Sms) -> dict[str, str]:
        form = self._form(sms) | {"MessageStatus": sms.status, "SmsStatus": sms.status}
        return form | ({"ErrorCode": str(sms.error_code)} if sms.error_code is not None else {})

    def _form(self, sms: Sms) -> dict[str, str]:
        form = {
            "AccountSid": self._account.account_sid,
            "ApiVersion": "2010-04-01",
            "MessageSid": sms.sid,
            "SmsSid": sms.sid,
            "From": sms.sender or "",
            "To": sms.recipient,
        }
        return form | ({"MessagingServiceSid": sms.service_sid} if sms.service_sid else {})

    def _post(self, sms: Sms, what: str, url: str, *, form: dict[str, str], token: str) -> httpx.Response | None:
        answer, problem = self._attempt(url, form, token)
        status = None if answer is None else answer.status_code
        self._inbox.add_call(subject=sms.sid, what=what, url=url, answer=status, problem=problem)
        return answer

    def _attempt(self, url: str, form: dict[str, str], token: str) -> tuple[httpx.Response | None, str | None]:
        parts = urlsplit(url)
        if f"{parts.scheme}://{parts.netloc}" != self._app_origin:
            return None, "not called: outside the sandbox"
        headers = {
            "X-Twilio-Signature": sign(token, url, form),
            "I-Twilio-Idempotency-Token": str(uuid.uuid4()),
            "User-Agent": "TwilioProxy/1.1",
        }
        try:
            answer = self._client.post(url, data=form, headers=headers)
        except httpx.HTTPError as error:
            return None, f"{FAILED_HOOK}: {type(error).__name__}"
        return answer, None if answer.is_success else f"{FAILED_HOOK}: HTTP {answer.status_code}"
