"""One-click unsubscribing as a mailbox provider does it (RFC 8058)."""

from urllib.parse import urlsplit

import httpx

from tests.sandbox.vendors.inbox import Email, Inbox
from tests.sandbox.vendors.mail import ONE_CLICK, read_letter

TIMEOUT_SECONDS = 10.0


class NotOffered(Exception):
    """The e-mail does not offer one-click unsubscribing; the message says what is missing."""


def unsubscribe(inbox: Inbox, email: Email, app_origin: str) -> tuple[int | None, str | None]:
    """Post to the e-mail's unsubscribe address, without cookies or redirects, and keep what came of it.

    Returns the HTTP status (None: no answer) and what went wrong, None when it worked. Only the app's own
    origin is called: the sandbox reaches nobody else.

    Raises:
        NotOffered: the headers offer no one-click unsubscribing.
    """
    letter = read_letter(email.raw)
    if letter.unsubscribe_url is None:
        raise NotOffered(letter.unsubscribe_fault)
    url = letter.unsubscribe_url
    answer, problem = _post(url, app_origin)
    inbox.add_call(subject=f"email:{email.id}", what="unsubscribe", url=url, answer=answer, problem=problem)
    return answer, problem


def _post(url: str, app_origin: str) -> tuple[int | None, str | None]:
    parts = urlsplit(url)
    if f"{parts.scheme}://{parts.netloc}" != app_origin:
        return None, "not called: outside the sandbox"
    try:
        response = httpx.post(
            url,
            content=ONE_CLICK,
            headers={"Content-Type": "application/x-www-form-urlencoded"},
            timeout=TIMEOUT_SECONDS,
            trust_env=False,
            follow_redirects=False,
        )
    except httpx.HTTPError as error:
        return None, type(error).__name__
    return response.status_code, None if response.is_success else f"HTTP {response.status_code}"
