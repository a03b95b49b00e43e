"""thumbor_renuo.errors: what a client may be told."""

import inspect

import pytest

from thumbor_renuo import errors
from thumbor_renuo.errors import (
    ConfigurationError,
    RangeNotSatisfiable,
    RenuoError,
    TooManyRequests,
)

TABLE = {
    "RenuoError": ("Exception", 500, "internal_error"),
    "ConfigurationError": ("RenuoError", 500, "configuration_error"),
    "BadRequest": ("RenuoError", 400, "bad_request"),
    "InvalidPath": ("BadRequest", 400, "invalid_path"),
    "InvalidOptions": ("BadRequest", 400, "invalid_options"),
    "UnreadableImage": ("BadRequest", 400, "unreadable_image"),
    "Forbidden": ("RenuoError", 403, "forbidden"),
    "InvalidKey": ("Forbidden", 403, "forbidden"),
    "NotFromCdn": ("Forbidden", 403, "forbidden"),
    "Expired": ("Forbidden", 403, "expired"),
    "NotFound": ("RenuoError", 404, "not_found"),
    "MethodNotAllowed": ("RenuoError", 405, "method_not_allowed"),
    "Conflict": ("RenuoError", 409, "conflict"),
    "TooLarge": ("RenuoError", 413, "too_large"),
    "OriginalTooLarge": ("TooLarge", 413, "too_large"),
    "UnsupportedType": ("RenuoError", 415, "unsupported_type"),
    "UnsupportedImage": ("UnsupportedType", 415, "unsupported_type"),
    "ContentRefused": ("RenuoError", 422, "content_refused"),
    "ContentMismatch": ("ContentRefused", 422, "content_mismatch"),
    "ContentNotAllowed": ("ContentRefused", 422, "content_not_allowed"),
    "ContentBroken": ("ContentRefused", 422, "content_broken"),
    "ContentActive": ("ContentRefused", 422, "content_active"),
    "ContentInfected": ("ContentRefused", 422, "content_infected"),
    "ContentUnchecked": ("ContentRefused", 422, "content_unchecked"),
    "TooManyRequests": ("RenuoError", 429, "too_many_requests"),
    "PreconditionFailed": ("RenuoError", 412, "precondition_failed"),
    "RangeNotSatisfiable": ("RenuoError", 416, "range_not_satisfiable"),
    "StorageError": ("RenuoError", 502, "storage_error"),
    "StorageTimeout": ("StorageError", 504, "storage_timeout"),
    "UpstreamError": ("RenuoError", 502, "upstream_error"),
    "UpstreamTimeout": ("UpstreamError", 504, "upstream_timeout"),
    "Unavailable": ("RenuoError", 503, "unavailable"),
    "RenderTimeout": ("Unavailable", 503, "unavailable"),
}


def test_the_export_list_is_the_contract_with_clients() -> None:
    """Every class, with its parent, status and code, is listed here and nothing else is public."""
    found = {
        name: (cls.__base__.__name__, cls.status, cls.code)
        for name, cls in inspect.getmembers(errors, inspect.isclass)
        if cls.__module__ == errors.__name__
    }
    assert found == TABLE


def test_the_drawn_tree_shows_every_error() -> None:
    """The module's docstring draws each class with its status and code."""
    lines = (errors.__doc__ or "").splitlines()
    for name, (_, status, code) in TABLE.items():
        (line,) = (text for text in lines if name in text.replace("─", " ").split())
        if name != "ConfigurationError":
            assert line.split()[-2:] == [str(status), code]


@pytest.mark.parametrize("name", sorted(set(TABLE) - {"ConfigurationError", "RangeNotSatisfiable"}))
def test_an_error_keeps_its_message_and_limit(name: str) -> None:
    """The public message and the bound that was passed can be read again."""
    error = getattr(errors, name)("too much", limit=7)
    assert (error.message, error.limit, str(error)) == ("too much", 7, "too much")
    assert getattr(errors, name)("x").limit is None


def test_a_range_error_tells_the_size() -> None:
    """The object's size is the limit."""
    error = RangeNotSatisfiable(42)
    assert (error.size, error.limit) == (42, 42)
    assert error.message == "the range lies outside the object's 42 bytes"


def test_a_configuration_error_lists_every_fault() -> None:
    """The message has a line for each fault, in order, and says how many there are."""
    error = ConfigurationError(["A: got 1, wants 2", "B: got nothing, wants it"])
    assert error.faults == ("A: got 1, wants 2", "B: got nothing, wants it")
    assert str(error) == (
        "thumbor_renuo cannot start; 2 to mend:\n"
        "  - A: got 1, wants 2\n"
        "  - B: got nothing, wants it"
    )
    assert isinstance(error, RenuoError)


def test_what_may_be_kept() -> None:
    """Only an error that the path alone makes is the same for everybody."""
    kept = {name for name in TABLE if getattr(errors, name).lies_in_path}
    assert kept == {
        "InvalidPath", "InvalidOptions", "UnreadableImage", "NotFound", "OriginalTooLarge",
        "UnsupportedImage",
    }  # fmt: skip


def test_too_many_requests_tell_when_to_come_back() -> None:
    """Seconds, one at least."""
    assert TooManyRequests("x", retry_after=60, limit=5).retry_after == 60
    assert TooManyRequests("x").retry_after == 1
