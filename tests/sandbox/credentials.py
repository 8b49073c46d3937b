"""The secrets of one sandbox: made once per var_dir, kept in a file that only its owner reads."""

import json
import os
import secrets
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

# An Ofcom number for drama: it belongs to nobody.
SHOP_NUMBER = "+447700900999"


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """Shopify's client secret, the app's own key, and the accounts at the vendors.

    The client id is no secret: it is the same for every sandbox, so that a world made once fits them all.
    """

    client_secret: str = field(repr=False)
    app_secret_key: str = field(repr=False)
    twilio_account_sid: str
    twilio_auth_token: str = field(repr=False)
    twilio_messaging_service_sid: str
    smtp_username: str
    smtp_password: str = field(repr=False)


def make_credentials() -> Credentials:
    """Return new credentials in the vendors' formats."""
    return Credentials(
        client_secret="shpss_" + secrets.token_hex(16),
        app_secret_key=secrets.token_hex(32),
        twilio_account_sid="AC" + secrets.token_hex(16),
        twilio_auth_token=secrets.token_hex(16),
        twilio_messaging_service_sid="MG" + secrets.token_hex(16),
        smtp_username="gift-shop",
        smtp_password=secrets.token_urlsafe(18),
    )


def credentials_in(var_dir: Path) -> Credentials:
    """Return the credentials kept in var_dir, made at the first call.

    Raises:
        ValueError: the file there is not one of ours.
    """
    path = var_dir / "credentials.json"
    if path.exists():
        kept = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(kept, dict) or set(kept) != {each.name for each in fields(Credentials)}:
            raise ValueError(f"{path} is not a credentials file of this version; start with --fresh")
        return Credentials(**kept)
    made = make_credentials()
    var_dir.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".draft")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump(asdict(made), file, indent=1)
    draft.replace(path)
    return made
