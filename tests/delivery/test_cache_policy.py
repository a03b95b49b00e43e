"""thumbor_renuo.delivery.cache_policy: how long an answer may be kept."""

import pytest

from thumbor_renuo.delivery.cache_policy import NEVER, for_error, for_success


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
