"""Texts that only we can have made: completion tokens and upload ids, handed out and given back."""

import hashlib
import re
from typing import Any

from itsdangerous import BadData, URLSafeSerializer

from thumbor_renuo.config import Settings
from thumbor_renuo.errors import Forbidden

MAX_CHARACTERS = 4096
# Base64 passes over strange characters and does not look at the last bits: without this, one seal
# would have many texts.
FORM = re.compile(r"[\w.-]+\.[\w-]{42}[AEIMQUYcgkosw048]", re.ASCII)


class Seal:
    """Seals small JSON objects with HMAC-SHA-256; they can be read, not altered.

    Args:
        purpose: what is sealed for one purpose opens for no other.
    """

    def __init__(self, settings: Settings, purpose: str) -> None:
        # SECRET_KEY may be short in old set-ups; S3's secret is not.
        secrets = f"{settings.secret_key}\n{settings.s3_secret_key}"
        self._serializer = URLSafeSerializer(
            secrets,
            salt=f"thumbor_renuo {purpose}",
            signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256},
        )
        self._purpose = purpose

    def seal(self, value: dict[str, Any]) -> str:
        """An URL-safe text."""
        return str(self._serializer.dumps(value))

    def open(self, text: str) -> dict[str, Any]:
        """Read a sealed text.

        Raises:
            Forbidden: it is none of ours.
        """
        if len(text) <= MAX_CHARACTERS and FORM.fullmatch(text):
            try:
                value: dict[str, Any] = self._serializer.loads(text)
            except (BadData, ValueError):
                pass
            else:
                return value
        raise Forbidden(f"the {self._purpose} is none that was issued here")
