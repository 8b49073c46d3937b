"""Encrypted columns: what is secret never lies in the database in clear."""

import base64
import json
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from server.core.errors import AppError
from server.core.signing import derive_key


class SecretsUnreadable(AppError):
    """Stored secrets were written under another key."""

    code = "secrets_unreadable"


class SecretBox:
    """Seals small JSON values under keys derived from the app's secret; the first secret seals, all of them open."""

    def __init__(self, secrets: tuple[str, ...]) -> None:
        keys = [Fernet(base64.urlsafe_b64encode(derive_key(secret, "stored secrets"))) for secret in secrets if secret]
        if not keys:
            raise SecretsUnreadable("No secret to seal with: set AFTERS_SECRET_KEY.")
        self._fernet = MultiFernet(keys)

    def seal(self, value: Any) -> str:
        return self._fernet.encrypt(json.dumps(value).encode()).decode()

    def reseal(self, sealed: str) -> str:
        """Return the same value sealed under the newest secret.

        Raises:
            SecretsUnreadable: the value was sealed under a secret we no longer have.
        """
        return self.seal(self.open(sealed))

    def open(self, sealed: str) -> Any:
        """Return the sealed value.

        Raises:
            SecretsUnreadable: the value was sealed under a secret we no longer have.
        """
        try:
            return json.loads(self._fernet.decrypt(sealed.encode()))
        except InvalidToken as error:
            message = "A stored secret cannot be read: AFTERS_SECRET_KEY is not the one it was written with."
            raise SecretsUnreadable(message) from error
