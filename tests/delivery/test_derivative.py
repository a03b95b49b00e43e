"""thumbor_renuo.delivery.derivative: where made images lie, and what makes no safe key."""

import pytest

from thumbor_renuo.delivery.derivative import derivative_key, folder, folder_of_prefix, is_safe
from thumbor_renuo.s3.object_key import ObjectKey

KEY = ObjectKey("app", "ab12/x.jpg")


def test_a_derivative_lies_in_its_originals_folder() -> None:
    """One prefix holds every variant of an original."""
    assert folder(KEY) == "r/o/app/ab12/x.jpg/~/"
    assert derivative_key(KEY, "300x300/smart", "webp") == folder(KEY) + "300x300/smart@webp"
    assert derivative_key(KEY, "", "auto") == folder(KEY) + "@auto"


def test_the_folder_of_a_prefix_holds_those_of_its_originals() -> None:
    """All that was made under a prefix lies under one prefix."""
    assert folder_of_prefix("o/app/ab12/") == "r/o/app/ab12/"
    assert folder(KEY).startswith(folder_of_prefix("o/app/ab12/"))


@pytest.mark.parametrize("path", ["x/~/y.jpg", "~/x.jpg", "x/~", "a+b.jpg", "a\\b.jpg", "x" * 256])
def test_an_original_whose_key_is_not_safe_has_no_derivatives(path: str) -> None:
    """A second mark would put it into another original's folder."""
    assert derivative_key(ObjectKey("app", path), "3x4", "webp") is None


@pytest.mark.parametrize("options", [
    "filters:watermark(https://h/a.png,0,0,0)", "filters:frame(o/app/../x)", "a//b", "/a", "./a",
    "filters:frame(a+b)", "filters:frame(a\\b)", "a\nb", "a\x7fb", "a\x85b", "n" * 256, "a/" * 600,
])  # fmt: skip
def test_options_that_make_no_safe_key_have_no_derivative(options: str) -> None:
    """Thumbor answers them; nothing is stored."""
    assert derivative_key(KEY, options, "webp") is None


def test_without_a_variant_there_is_no_derivative() -> None:
    """A key without a format would be one for all clients."""
    assert derivative_key(KEY, "3x4", "") is None


@pytest.mark.parametrize("name", ["a~b/c", "ä b'()!*;:@&=$,?#%41", "…/...", "x" * 255])
def test_what_percent_encoding_carries_is_safe(name: str) -> None:
    """Anything that is encoded and decoded without loss may stand in a key."""
    assert is_safe(name)


def test_the_lengths_count_bytes() -> None:
    """1,024 bytes in all, 255 in a component; not characters."""
    assert is_safe("ä" * 127)
    assert not is_safe("ä" * 128)
    long = "/".join(["x" * 255] * 4)
    assert is_safe(long)
    assert is_safe("/".join(["x" * 204] * 5))
    assert not is_safe(long + "/x")
