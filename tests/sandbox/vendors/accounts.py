"""The accounts that the sandbox's vendors keep for the one shop they serve."""

from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class TwilioAccount:
    """One Twilio account: its keys, the numbers it owns and its one Messaging Service.

    The service picks the first number of `numbers` as sender. `inbound_url` is where a reply to any of the
    numbers is posted: on Twilio it is set at the number or the service, not by a request.
    """

    account_sid: str
    auth_token: str = field(repr=False)
    messaging_service_sid: str
    numbers: tuple[str, ...]
    inbound_url: str

    @property
    def number(self) -> str:
        """The number that the Messaging Service sends from."""
        return self.numbers[0]


@dataclass(frozen=True, kw_only=True)
class SmtpAccount:
    """The name and password that the SMTP inbox takes when a client chooses to sign in."""

    username: str
    password: str = field(repr=False)
