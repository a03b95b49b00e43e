"""Preconditions and ranges of RFC 9110, decided from an object's ETag and date."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

ENTITY_TAG = re.compile(r'(?:W/)?"[^"]*"')
CONDITIONS = (
    "If-Match", "If-Unmodified-Since", "If-None-Match", "If-Modified-Since", "If-Range",
)  # fmt: skip
# One range of bytes. Several (RFC 9110, 14.2 lets a server ignore them) are answered whole.
ONE_RANGE = re.compile(r"bytes=(?:\d{1,19}-\d{0,19}|-\d{1,19})")


def is_conditional(headers: Mapping[str, str]) -> bool:
    """Whether the answer depends on the object's ETag or date."""
    return any(name in headers for name in CONDITIONS)


def is_failed(headers: Mapping[str, str], etag: str, last_modified: datetime) -> bool:
    """Whether 412 is the answer (RFC 9110, 13.1.1 and 13.1.4: If-Match outranks the date)."""
    tags = headers.get("If-Match")
    if tags is not None:
        return tags.strip() != "*" and etag not in ENTITY_TAG.findall(tags)
    since = _date(headers.get("If-Unmodified-Since"))
    return since is not None and last_modified.replace(microsecond=0) > since


def is_not_modified(headers: Mapping[str, str], etag: str, last_modified: datetime) -> bool:
    """Whether 304 is the answer (RFC 9110, 13.2.2: If-None-Match outranks the date)."""
    tags = headers.get("If-None-Match")
    if tags is not None:
        # 13.1.2: the comparison is weak.
        known = [tag.removeprefix("W/") for tag in ENTITY_TAG.findall(tags)]
        return tags.strip() == "*" or etag.removeprefix("W/") in known
    since = _date(headers.get("If-Modified-Since"))
    return since is not None and last_modified.replace(microsecond=0) <= since


def wanted_range(headers: Mapping[str, str], etag: str, last_modified: datetime) -> str | None:
    """The range to answer with, or None for the whole object.

    A faulty Range is ignored (RFC 9110, 14.2), and so is one whose If-Range does not hold
    (13.1.5: strong comparison, or exactly the date).
    """
    condition = headers.get("If-Range")
    if condition is not None:
        holds = (
            condition == etag and not etag.startswith("W/")
            if '"' in condition
            else _date(condition) == last_modified.replace(microsecond=0)
        )
        if not holds:
            return None
    return single_range(headers)


def single_range(headers: Mapping[str, str]) -> str | None:
    """The value of Range if it is one well-formed range of bytes."""
    value = headers.get("Range", "").strip(" \t").lower()
    if not ONE_RANGE.fullmatch(value):
        return None
    first, _, last = value.removeprefix("bytes=").partition("-")
    if first and last and int(last) < int(first):
        return None
    return value


def _date(value: str | None) -> datetime | None:
    if not value:
        return None
    try:
        parsed = parsedate_to_datetime(value)
    except (ValueError, TypeError, OverflowError):
        return None
    # The asctime form, which recipients must accept (RFC 9110, 5.6.7), names no zone.
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
