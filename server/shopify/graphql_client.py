"""Runs our GraphQL documents for one shop: waits out throttling, tells failures apart, keeps partial answers.

Shopify throttles by cost: HTTP 200 with an error THROTTLED, to be asked again after
(requested cost - points available) / points restored per second.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any

import httpx
import structlog
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from server.core.clock import Clock
from server.core.logging import redact_text
from server.outbound.http import raise_for_vendor, vendor_failures
from server.ports import PermanentFailure, TemporaryFailure, VendorFailure
from server.shopify.documents import document
from server.shopify.shop_domain import read_shop_domain

VENDOR = "Shopify"
MAX_TRIES = 5
MAX_WAIT_SECONDS = 20.0  # of one wait; who needs longer asks again in a later job
_DEFAULT_WAIT_SECONDS = 1.0
_SECURITY_REJECTION = 430
_QUOTED = 200

log = structlog.get_logger(__name__)


class AccessDenied(PermanentFailure):
    """The app lacks the scope, or the approval, for what it asked."""

    code = "access_denied"


class ShopUnavailable(PermanentFailure):
    """The shop is frozen, locked or closed: nothing works until its owner acts."""

    code = "shop_unavailable"


class QueryTooCostly(PermanentFailure):
    """The query costs more points than a single one may: ask for smaller pages."""

    code = "query_too_costly"


class UserErrors(PermanentFailure):
    """Shopify understood a mutation and declined it."""

    code = "user_errors"


class _Part(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel)


class _Throttle(_Part):
    maximum_available: float
    currently_available: float
    restore_rate: Annotated[float, Field(gt=0)]


class _Cost(_Part):
    requested_query_cost: float = 0
    throttle_status: _Throttle | None = None


class _Extensions(_Part):
    cost: _Cost | None = None


class _ErrorExtensions(_Part):
    code: str | None = None


class _Error(_Part):
    message: str = ""
    path: list[str | int] | None = None
    extensions: _ErrorExtensions | None = None

    @property
    def code(self) -> str:
        return (self.extensions.code if self.extensions else None) or "UNKNOWN"


class _Answer(_Part):
    data: dict[str, Any] | None = None
    errors: list[_Error] | None = None
    extensions: _Extensions | None = None

    def codes(self) -> set[str]:
        return {error.code for error in self.errors or ()}

    def wait_seconds(self) -> float:
        cost = self.extensions.cost if self.extensions else None
        if cost is None or cost.throttle_status is None:
            return _DEFAULT_WAIT_SECONDS
        status = cost.throttle_status
        if cost.requested_query_cost > status.maximum_available:
            raise QueryTooCostly("The query costs more points than the shop's allowance holds.", vendor=VENDOR)
        missing = cost.requested_query_cost - status.currently_available
        return max(missing / status.restore_rate, 0.1)


class GraphqlClient:
    """Runs operations for one shop, one at a time."""

    def __init__(
        self,
        *,
        client: httpx.Client,
        shop_domain: str,
        access_token: str,
        version: str,
        clock: Clock,
        sleep: Callable[[float], None],
        renew: Callable[[], str] | None = None,
    ) -> None:
        self._client = client
        self._shop_domain = read_shop_domain(shop_domain)
        self._url = f"https://{self._shop_domain}/admin/api/{version}/graphql.json"
        self._headers = {"X-Shopify-Access-Token": access_token, "Accept": "application/json"}
        self._version = version
        self._clock = clock
        self._sleep = sleep
        self._renew = renew
        self._has_warned = False
        self.withheld: frozenset[str] = frozenset()

    def run(self, name: str, variables: Mapping[str, object] | None = None) -> dict[str, Any]:
        """Run the operation of the document `name` and return its data.

        What the app may not see comes back as null, is logged, and stands in `withheld` as paths without numbers; any
        other error fails the whole operation.

        Raises:
            TemporaryFailure, PermanentFailure (AccessDenied, ShopUnavailable, QueryTooCostly, UserErrors),
            CredentialsRejected.
        """
        payload = {"query": document(name), "variables": dict(variables or {})}
        tries_left = MAX_TRIES
        while True:
            tries_left -= 1
            try:
                return self._ask(name, payload)
            except _Throttled as throttled:
                if not tries_left or throttled.seconds > MAX_WAIT_SECONDS:
                    raise TemporaryFailure(
                        "Shopify's rate limit is used up.", retry_after=throttled.seconds, vendor=VENDOR, operation=name
                    ) from None
                self._sleep(throttled.seconds)

    def _ask(self, name: str, payload: Mapping[str, object]) -> dict[str, Any]:
        response = self._post(payload)
        if response.status_code == HTTPStatus.UNAUTHORIZED and self._renew is not None:
            # Refused before its time: renewed by somebody else, or our clock is behind.
            renew, self._renew = self._renew, None
            log.warning("access_token.refused", shop=self._shop_domain, operation=name)
            self._headers["X-Shopify-Access-Token"] = renew()
            response = self._post(payload)
        self._check_version(response)
        try:
            return self._accept(response, name)
        except VendorFailure as failure:
            failure.data["request_id"] = response.headers.get("X-Request-Id")  # what Shopify's support asks for
            raise

    def _post(self, payload: Mapping[str, object]) -> httpx.Response:
        with vendor_failures(VENDOR):
            return self._client.post(self._url, headers=self._headers, json=payload)

    def _accept(self, response: httpx.Response, name: str) -> dict[str, Any]:
        _check_status(response, now=self._clock.now())
        answer = _read(response)
        if "THROTTLED" in answer.codes():
            raise _Throttled(answer.wait_seconds())
        self.withheld = _check_errors(answer, name)
        if answer.data is None:
            raise TemporaryFailure("Shopify answered neither data nor errors.", vendor=VENDOR, operation=name)
        _check_user_errors(answer.data, name)
        return answer.data

    def _check_version(self, response: httpx.Response) -> None:
        spoken = response.headers.get("X-Shopify-API-Version")
        if spoken and spoken != self._version and not self._has_warned:
            # A version that is no longer served is answered in the oldest one that is.
            log.warning("api_version.replaced", shop=self._shop_domain, asked=self._version, answered=spoken)
            self._has_warned = True


class _Throttled(Exception):
    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


def _check_status(response: httpx.Response, *, now: datetime) -> None:
    status = response.status_code
    if status in {HTTPStatus.PAYMENT_REQUIRED, HTTPStatus.LOCKED}:
        raise ShopUnavailable("The shop is frozen or locked.", vendor=VENDOR, status=status)
    if status == _SECURITY_REJECTION:
        raise TemporaryFailure("Shopify turned the request away as suspicious.", vendor=VENDOR, status=status)
    try:
        raise_for_vendor(response, vendor=VENDOR, now=now)
    except TemporaryFailure as failure:
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            wait = failure.retry_after
            raise _Throttled(_DEFAULT_WAIT_SECONDS if wait is None else wait) from failure
        raise


def _read(response: httpx.Response) -> _Answer:
    try:
        return _Answer.model_validate_json(response.content)
    except ValidationError:
        # It came with status 200, so whatever was asked may well have been done.
        raise TemporaryFailure(
            "Shopify's answer is not a GraphQL answer.", is_fate_unknown=True, vendor=VENDOR
        ) from None


def _check_errors(answer: _Answer, name: str) -> frozenset[str]:
    """Return the fields that were withheld."""
    codes = answer.codes()
    if not codes:
        return frozenset()
    paths = [error.path or [] for error in answer.errors or ()]
    is_detail = all(len(path) > 1 for path in paths)  # below what the operation asked for by name
    if answer.data is not None and codes == {"ACCESS_DENIED"} and is_detail:
        fields = frozenset(".".join(step for step in path if isinstance(step, str)) for path in paths)
        log.warning("api_fields.withheld", operation=name, fields=sorted(fields))
        return fields
    raise _failure(codes, answer, name)


def _failure(codes: set[str], answer: _Answer, name: str) -> VendorFailure:
    data: dict[str, Any] = {"vendor": VENDOR, "operation": name, "codes": sorted(codes)}
    if "SHOP_INACTIVE" in codes:
        return ShopUnavailable("The shop is not active.", **data)
    if "MAX_COST_EXCEEDED" in codes:
        return QueryTooCostly("The query costs more points than a single one may.", **data)
    if "ACCESS_DENIED" in codes:
        return AccessDenied("The app has no access to what it asked for; check its scopes.", **data)
    if codes & {"INTERNAL_SERVER_ERROR", "TIMEOUT"}:
        return TemporaryFailure("Shopify had an internal error.", **data)
    said = redact_text((answer.errors or [_Error()])[0].message)[:_QUOTED]
    return PermanentFailure(f"Shopify refused the query: {said}", **data)


def _check_user_errors(data: Mapping[str, Any], name: str) -> None:
    for result in data.values():
        found = result.get("userErrors") if isinstance(result, dict) else None
        if not found:
            continue
        first = found[0] if isinstance(found, list) and isinstance(found[0], dict) else {}
        path = first.get("field")
        field = ".".join(map(str, path)) if isinstance(path, list) else str(path or "")
        said = redact_text(str(first.get("message", "")))[:_QUOTED]
        raise UserErrors(
            f"Shopify declined: {said}", vendor=VENDOR, operation=name, field=field, reason=first.get("code")
        )
