"""Completion tokens: what was declared when an upload was signed, sealed for its own client."""

import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from thumbor_renuo.config import Settings
from thumbor_renuo.errors import Forbidden
from thumbor_renuo.uploads.seal import Seal


@dataclass(frozen=True)
class Declared:
    """What a client said of its upload before it was signed.

    Attributes:
        key: the object key.
        content_type: the media type.
        size: in bytes; None where it was not known.
        checksum_sha256: base64; empty without one.
    """

    key: str
    content_type: str
    size: int | None = None
    checksum_sha256: str = ""


class CompletionTokens:
    """Issues tokens and reads them again, without keeping any."""

    def __init__(self, settings: Settings) -> None:
        self._seal = Seal(settings, "token")
        self._grace = settings.completion_seconds

    def issue(self, declared: Declared, upload_ends: datetime) -> str:
        """A token for one upload.

        Args:
            upload_ends: when its signature expires; the token lives COMPLETION_SECONDS longer.
        """
        value: dict[str, Any] = {
            "k": declared.key,
            "t": declared.content_type,
            "s": declared.size,
            "e": int(upload_ends.timestamp()) + self._grace,
        }
        if declared.checksum_sha256:
            value["c"] = declared.checksum_sha256
        return self._seal.seal(value)

    def read(self, token: str, key: str) -> tuple[Declared, int]:
        """What was declared, and when the token ends (seconds since 1970).

        Raises:
            Forbidden: it is not ours, of another key, or has ended.
        """
        value = self._seal.open(token)
        if value["k"] != key:
            raise Forbidden("the token is that of another key")
        if value["e"] < time.time():
            raise Forbidden("the token has expired")
        return Declared(key, value["t"], value["s"], value.get("c", "")), value["e"]
