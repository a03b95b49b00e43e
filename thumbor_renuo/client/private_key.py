"""An app's private key, kept out of everything that is printed."""

import hashlib
import re

VISIBLE = re.compile(r"[!-~]{1,1024}")


class PrivateKey:
    """Goes into the Authorization header and nowhere else; its digest signs image URLs.

    Raises:
        ValueError: a header cannot hold it; the error does not show it.
    """

    def __init__(self, value: str) -> None:
        if not isinstance(value, str) or not VISIBLE.fullmatch(value):
            raise ValueError("the private key takes 1 to 1,024 visible ASCII characters")
        self._value = value

    def __repr__(self) -> str:
        return "PrivateKey(…)"

    __str__ = __repr__

    @property
    def authorization(self) -> str:
        """The header's value (RFC 6750, 2.1)."""
        return f"Bearer {self._value}"

    @property
    def digest(self) -> str:
        """Its SHA-256 in hex, as the service keeps it."""
        return hashlib.sha256(self._value.encode()).hexdigest()

    def erased_from(self, text: str) -> str:
        """The text without the key: a proxy may send a request's headers back."""
        return text.replace(self._value, "***")
