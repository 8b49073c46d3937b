"""Judges how the app lets itself be framed, as Shopify's review does and as the browser enforces.

Rule (facts of the platform, 1.3): `frame-ancestors` names the shop and admin.shopify.com, nothing wider, and there
is no X-Frame-Options. The sandbox's own origin has to be there too, since its shell stands in for the admin.
"""

from collections.abc import Iterable, Sequence
from urllib.parse import urljoin

import httpx

_HOPS = 3
_SECONDS = 5.0
_METHOD_NOT_ALLOWED = 405
_SERVER_ERROR = 500


def framing_faults(policies: Sequence[str], frame_options: str | None, *, wanted: Iterable[str]) -> list[str]:
    """Return what is wrong with an answer's framing headers, in words; nothing when it is right.

    `policies` are the values of every Content-Security-Policy header, `wanted` the exact sources.
    """
    faults = []
    if frame_options is not None:
        faults.append(f"X-Frame-Options: {frame_options} is set; browsers may refuse every frame because of it.")
    found = list(_frame_ancestors(policies))
    expected = sorted(wanted)
    if not found:
        return [*faults, f"There is no frame-ancestors in Content-Security-Policy; it has to name {_list(expected)}."]
    for sources in found:
        # Several policies hold together, so each has to be right by itself.
        missing = [source for source in expected if source not in sources]
        extra = sorted(source for source in sources if source not in expected)
        if missing:
            faults.append(f"frame-ancestors does not name {_list(missing)}.")
        if extra:
            faults.append(f"frame-ancestors also allows {_list(extra)}.")
    return faults


def check_framing(address: str, *, origin: str, wanted: Iterable[str]) -> list[str]:
    """Ask the app for the headers of `address` and return their faults; redirects inside `origin` are followed."""
    headers = {"Accept": "text/html"}
    with httpx.Client(timeout=_SECONDS, follow_redirects=False, trust_env=False, headers=headers) as client:
        for _ in range(_HOPS):
            try:
                answer = client.head(address)
                if answer.status_code == _METHOD_NOT_ALLOWED:
                    answer = client.get(address)
            except httpx.HTTPError as error:
                return [f"The app does not answer at {origin} ({type(error).__name__}). Is it running?"]
            if not answer.is_redirect:
                return _judge(answer, wanted)
            address = urljoin(address, answer.headers["Location"])
            if not address.startswith(f"{origin}/"):
                return [f"The app sends the frame to {address.split('?', 1)[0]}, which is another site."]
    return [f"The app redirects the frame more than {_HOPS} times."]


def _judge(answer: httpx.Response, wanted: Iterable[str]) -> list[str]:
    faults = [f"The app answered {answer.status_code}."] if answer.status_code >= _SERVER_ERROR else []
    policies = answer.headers.get_list("Content-Security-Policy")
    return faults + framing_faults(policies, answer.headers.get("X-Frame-Options"), wanted=wanted)


def _frame_ancestors(policies: Sequence[str]) -> Iterable[set[str]]:
    for policy in (part for value in policies for part in value.split(",")):
        for directive in policy.split(";"):
            name, *sources = directive.split() or [""]
            if name.lower() == "frame-ancestors":
                yield {source.rstrip("/").lower() for source in sources}
                break  # a browser takes the first directive of a name and passes over the rest


def _list(sources: Iterable[str]) -> str:
    return " and ".join(sources)
