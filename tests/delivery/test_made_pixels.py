"""thumbor_renuo.delivery.made_pixels: nothing larger than is allowed."""

from types import SimpleNamespace

import pytest

from thumbor_renuo.delivery.made_pixels import MAX_PIXELS, check_pixels
from thumbor_renuo.errors import InvalidOptions


def test_the_request_s_limit() -> None:
    """The last pixel that fits passes, and the next names the limit."""
    context = SimpleNamespace(max_pixels=100)
    check_pixels(context, 10, 10)
    with pytest.raises(InvalidOptions, match="11x10 pixels would be made, over the limit of 100"):
        check_pixels(context, 11, 10)


@pytest.mark.parametrize("context", [SimpleNamespace(), SimpleNamespace(max_pixels=None)])
def test_there_is_always_one(context: SimpleNamespace) -> None:
    """Signed requests have no limit of their own."""
    check_pixels(context, 2**14, 2**14)
    with pytest.raises(InvalidOptions, match=str(MAX_PIXELS)):
        check_pixels(context, 2**14, 2**14 + 1)
