"""The ways in which a platform or a vendor can fail."""

from server.core.errors import AppError


class VendorFailure(AppError):
    """A vendor did not do what we asked."""

    code = "vendor_failure"


class TemporaryFailure(VendorFailure):
    """Trying again later may work.

    `is_fate_unknown` is true when the request may have taken effect all the same (a time-out after it was sent).
    """

    code = "temporary_failure"

    def __init__(
        self, message: str, *, retry_after: float | None = None, is_fate_unknown: bool = False, **data: object
    ) -> None:
        super().__init__(message, **data)
        self.retry_after = retry_after  # seconds
        self.is_fate_unknown = is_fate_unknown


class PermanentFailure(VendorFailure):
    """Trying again cannot work."""

    code = "permanent_failure"


class CredentialsRejected(VendorFailure):
    """The vendor does not accept our credentials: the connection pauses until the merchant mends it."""

    code = "credentials_rejected"


class RecipientRejected(VendorFailure):
    """This one recipient cannot be reached; `suppress` says that the address must not be tried again."""

    code = "recipient_rejected"

    def __init__(self, message: str, *, suppress: bool, **data: object) -> None:
        super().__init__(message, **data)
        self.suppress = suppress


class UnreadablePayload(AppError):
    """A delivery or an answer does not have the shape its sender documents."""

    code = "unreadable_payload"


class SessionTokenRejected(AppError):
    """The platform does not accept this session token: the page must fetch a fresh one."""

    code = "session_token_rejected"


class ReopenNeeded(AppError):
    """The refresh token is dead: only the merchant opening the app again gives a new grant."""

    code = "reopen_needed"
