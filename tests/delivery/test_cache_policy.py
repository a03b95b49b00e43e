"""thumbor_renuo.delivery.cache_policy: how long an answer may be kept."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import make_settings
from thumbor_renuo.delivery.cache_policy import (
    NEVER,
    for_error,
    for_fallback,
    for_image,
    for_private,
    for_success,
    is_immutable,
)
from thumbor_renuo.s3.object_key import ObjectKey
from thumbor_renuo.uploads.prefix import new_prefix

DEFAULT = (
    "public, max-age=2592000, s-maxage=31536000, stale-while-revalidate=86400, "
    "stale-if-error=604800"
)
NONE = {"S_MAXAGE": "0", "STALE_WHILE_REVALIDATE": "0", "STALE_IF_ERROR": "0"}


def test_never_is_no_store() -> None:
    """The directive that forbids to keep an answer (RFC 9111, 5.2.2.5)."""
    assert NEVER == "no-store"


@pytest.mark.parametrize(
    ("max_age", "value"),
    [
        (2592000, "public, max-age=2592000"),
        (1, "public, max-age=1"),
        (0, "no-store"),
    ],
)
def test_a_success_is_kept_for_its_lifetime(max_age: int, value: str) -> None:
    """The option's seconds; none means that nothing is kept."""
    assert for_success(max_age) == value


@pytest.mark.parametrize("status", [400, 403, 404, 405, 413, 416, 499])
def test_an_error_of_the_path_is_kept_briefly(status: int) -> None:
    """What lies in the path stays wrong for a while."""
    assert for_error(status, 10) == "public, max-age=10"
    assert for_error(status, 0) == "no-store"


@pytest.mark.parametrize("status", [500, 502, 503, 504, 599])
@pytest.mark.parametrize("max_age", [0, 10, 2592000])
def test_an_error_of_ours_is_never_kept(status: int, max_age: int) -> None:
    """A 5xx is over as soon as its cause is."""
    assert for_error(status, max_age) == "no-store"


@pytest.mark.parametrize(
    ("options", "value"),
    [
        ({}, DEFAULT),
        (NONE, "public, max-age=2592000"),
        ({"S_MAXAGE": "0"}, DEFAULT.replace(" s-maxage=31536000,", "")),
        ({**NONE, "MAX_AGE": "60", "STALE_IF_ERROR": "5"}, "public, max-age=60, stale-if-error=5"),
        ({"MAX_AGE": "0"}, "no-store"),
    ],
)
def test_an_image_is_kept_as_the_options_say(options: dict[str, str], value: str) -> None:
    """Zero leaves an option's directive out; without MAX_AGE nothing is kept anywhere."""
    assert for_image(make_settings(**options), is_immutable=False) == value


def test_what_cannot_change_is_immutable() -> None:
    """A browser need not ask again on a reload (RFC 8246)."""
    assert for_image(make_settings(), is_immutable=True) == f"{DEFAULT}, immutable"
    assert for_image(make_settings(MAX_AGE="0"), is_immutable=True) == "no-store"


@pytest.mark.parametrize("fixed", [True, False])
def test_a_path_may_name_a_lifetime(fixed: bool) -> None:
    """It counts for browsers and CDN alike, and promises nothing past it."""
    value = for_image(make_settings(), is_immutable=fixed, max_age=7)
    stale = "stale-while-revalidate=86400, stale-if-error=604800"
    assert value == f"public, max-age=7, s-maxage=7, {stale}"
    assert for_image(make_settings(), is_immutable=fixed, max_age=0) == "no-store"
    assert "max-age=7," in for_image(make_settings(MAX_AGE="0"), is_immutable=fixed, max_age=7)


@pytest.mark.parametrize(
    ("seconds", "value"),
    [
        (60, "private, max-age=60"),
        (59.9, "private, max-age=59"),
        (1, "private, max-age=1"),
        (0.9, "no-store"),
        (0, "no-store"),
        (-5, "no-store"),
    ],
)
def test_what_is_private_is_kept_by_the_browser_alone(seconds: float, value: str) -> None:
    """Never longer than the signature is good, and no CDN keeps it."""
    assert for_private(seconds) == value


def test_a_fallback_is_kept_as_an_error_is() -> None:
    """The image that it stands in for may be there in a moment."""
    assert for_fallback(make_settings(ERROR_MAX_AGE="3")) == "public, max-age=3"


@given(st.dates(datetime(2020, 1, 1, tzinfo=UTC).date()), st.text(min_size=1))
def test_uploads_are_immutable(day: datetime, name: str) -> None:
    """Whatever we sign a prefix for is found under it for good."""
    prefix = new_prefix("secret", "key", day)
    assert is_immutable(ObjectKey("shop-live", f"{prefix}{name}"))
    assert not is_immutable(ObjectKey(prefix.rstrip("/"), name))


@pytest.mark.parametrize(
    "path",
    [
        "logo.png",
        "qstu/0b1c/2d3e/logo.png",
        "qstu/0b1c/2d3e/4f5a/6b7c/8d9e/0f1a/2b3c/logo.png",
        "qst/0b1c/2d3e/4f5a/6b7c/8d9e/0f1a/2b3c/4d5e/logo.png",
        "qstu/0b1c/2d3e/4f5a/6b7c/8d9e/0f1a/2b3c/4d5g/logo.png",
        "QSTU/0b1c/2d3e/4f5a/6b7c/8d9e/0f1a/2b3c/4d5e/logo.png",
        "a/qstu/0b1c/2d3e/4f5a/6b7c/8d9e/0f1a/2b3c/4d5e/logo.png",
        "qstu/0b1c/2d3e/4f5a/6b7c/8d9e/0f1a/2b3c/4d5e",
    ],
)
def test_other_names_may_be_given_again(path: str) -> None:
    """Nothing but the random prefix keeps two uploads apart."""
    assert not is_immutable(ObjectKey("shop-live", path))
