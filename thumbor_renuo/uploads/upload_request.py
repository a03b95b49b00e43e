"""What a client says of the file that it wants to upload, held against the app's rules."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from thumbor_renuo.app_rules import MAX_OBJECT_BYTES
from thumbor_renuo.apps import App
from thumbor_renuo.config import MAX_POST_BYTES
from thumbor_renuo.errors import BadRequest, TooLarge, UnsupportedType
from thumbor_renuo.uploads import content_type

MAX_NAME = 1024
# Base64 of 32 bytes in the one form that S3 writes and compares, or nothing.
CHECKSUM = re.compile(r"(?:[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=)?")


@dataclass(frozen=True)
class UploadRequest:
    """One file to be uploaded.

    Attributes:
        filename: as the user has it.
        content_type: lower-case, without parameters.
        size: in bytes; None where the client does not know it yet.
        checksum_sha256: base64, as S3 writes it; empty without one.
    """

    filename: str
    content_type: str
    size: int | None = None
    checksum_sha256: str = ""

    @classmethod
    def from_parameters(cls, given: Mapping[str, Any], *, needs_size: bool) -> Self:
        """Read filename, content_type, size and checksum_sha256.

        Args:
            given: texts of a form or a query, or JSON values.

        Raises:
            BadRequest: names the parameter and what it takes.
        """
        return cls(
            filename=_text(given, "filename", MAX_NAME),
            content_type=content_type.parse(_text(given, "content_type", MAX_NAME)),
            size=_size(given, needs_size),
            checksum_sha256=_checksum(given),
        )


@dataclass(frozen=True)
class Bounds:
    """How large a file may be, in bytes."""

    low: int
    high: int

    @classmethod
    def of(cls, app: App, default_max: int, *, multipart: bool = False) -> Self:
        """The app's bounds within those of S3.

        Args:
            default_max: for apps whose record has none.
        """
        mine = app.rules.max_bytes or default_max
        whole = MAX_OBJECT_BYTES if multipart and not app.rules.is_verified else MAX_POST_BYTES
        return cls(app.rules.min_bytes, min(mine, whole))

    def check(self, size: int) -> None:
        """Hold a size against them.

        Raises:
            TooLarge, BadRequest: with the limit.
        """
        if size > self.high:
            raise TooLarge(f"size {size} is over the limit of {self.high} bytes", limit=self.high)
        if size < self.low:
            raise BadRequest(f"size {size} is under the {self.low} bytes wanted", limit=self.low)


def check_type(media_type: str, app: App) -> None:
    """Hold a declared type against the app's.

    Raises:
        UnsupportedType: with the types that it takes.
    """
    allowed = app.rules.content_types
    if allowed and not content_type.is_allowed(media_type, allowed):
        listed = ", ".join(allowed)
        raise UnsupportedType(
            f"content_type {media_type} is none that {app.full_name} takes: {listed}", limit=listed
        )


def _text(given: Mapping[str, Any], name: str, longest: int) -> str:
    value = given.get(name)
    if not isinstance(value, str) or not value:
        raise BadRequest(f"the parameter {name} is missing or no text")
    if len(value) > longest:
        raise BadRequest(f"{name} is over the limit of {longest} characters", limit=longest)
    try:
        value.encode()
    except UnicodeEncodeError:  # half of a surrogate pair, from JSON
        raise BadRequest(f"{name} is no text that UTF-8 can hold") from None
    return value


def _size(given: Mapping[str, Any], needs_size: bool) -> int | None:  # noqa: FBT001
    value = given.get("size")
    if value is None and not needs_size:
        return None
    if not isinstance(value, int | str) or not re.fullmatch(r"[0-9]{1,15}", str(value)):
        raise BadRequest("the parameter size is missing or no whole number of bytes")
    return int(str(value))


def _checksum(given: Mapping[str, Any]) -> str:
    value = given.get("checksum_sha256", "")
    if not isinstance(value, str) or not CHECKSUM.fullmatch(value):
        raise BadRequest("checksum_sha256 is no base64 of the 32 bytes of a SHA-256")
    return value
