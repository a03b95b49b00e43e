"""thumbor_renuo.delivery.stored_derivative: a thumbnail's facts beside its bytes."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thumbor_renuo.delivery.stored_derivative import Derivative
from thumbor_renuo.errors import StorageError
from thumbor_renuo.s3.client import StoredObject

WHEN = datetime(2026, 11, 25, 12, 30, 5, tzinfo=UTC)
HAT = Derivative(b"hat", "image/webp", '"abc"', WHEN, "public, max-age=9")


def as_stored(arguments: Any, **changes: Any) -> StoredObject:
    """What S3 says of an object that was put with these arguments."""
    facts = {
        "size": len(arguments["Body"]),
        "content_type": arguments["ContentType"],
        "etag": '"md5"',
        "last_modified": datetime.now(UTC),
        "metadata": arguments["Metadata"],
        "cache_control": arguments["CacheControl"],
    }
    return StoredObject(**{**facts, **changes})


def test_the_facts_are_headers_that_an_edge_can_use() -> None:
    """Type and lifetime are S3's own, the ETag has its quotes, the date is HTTP's (RFC 9110)."""
    assert HAT.arguments() == {
        "Body": b"hat",
        "ContentType": "image/webp",
        "CacheControl": "public, max-age=9",
        "Metadata": {"etag": '"abc"', "source-modified": "Wed, 25 Nov 2026 12:30:05 GMT"},
    }


@given(
    st.binary(max_size=50),
    st.text("0123456789abcdef", min_size=1).map('"{}"'.format),
    st.datetimes(datetime(1900, 1, 1), datetime(9000, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    st.sampled_from([UTC, timezone(timedelta(hours=-7))]),
)
def test_what_is_stored_is_read_back(data: bytes, etag: str, modified: datetime, zone: Any) -> None:
    """Without loss, to the second and in UTC, whatever the case of the metadata's names."""
    whole = modified.replace(microsecond=0)
    made = Derivative(data, "image/avif", etag, whole.astimezone(zone), "no-store")
    stored = as_stored(made.arguments())
    titled = as_stored(
        made.arguments(), metadata={name.title(): text for name, text in stored.metadata.items()}
    )
    for one in (stored, titled):
        found = Derivative.of(one, data)
        assert found == made
        assert found.last_modified.tzinfo is UTC
        assert Derivative.is_stored_with(one, etag)


@pytest.mark.parametrize("metadata", [
    {}, {"etag": '"abc"'}, {"source-modified": "Wed, 25 Nov 2026 12:30:05 GMT"},
    {"etag": '"abc"', "source-modified": ""}, {"etag": '"abc"', "source-modified": "yesterday"},
    {"etag": '"abc"', "source-modified": "Wed, 99 Nov 2026 12:30:05 GMT"},
    {"etag": '"abc"', "source-modified": "Fri, 31 Dec 9999 23:59:59 -2300"},
])  # fmt: skip
def test_what_is_none_of_ours_is_nothing(metadata: dict[str, str]) -> None:
    """Missing or broken metadata make no derivative."""
    assert Derivative.of(as_stored(HAT.arguments(), metadata=metadata), HAT.data) is None


@pytest.mark.parametrize("size", [2, 4])
def test_a_body_that_is_not_whole_is_an_error(size: int) -> None:
    """Neither cut short nor grown."""
    with pytest.raises(StorageError, match=f"sent 3 bytes of {size}"):
        Derivative.of(as_stored(HAT.arguments(), size=size), HAT.data)


@pytest.mark.parametrize(("etag", "is_it"), [("", True), ('"abc"', True), ('"abd"', False),
                                             ("abc", False), ('W/"abc"', False)])  # fmt: skip
def test_another_etag_is_another_image(etag: str, is_it: bool) -> None:
    """Equal letter by letter; an empty one asks for any."""
    assert Derivative.is_stored_with(as_stored(HAT.arguments()), etag) is is_it
