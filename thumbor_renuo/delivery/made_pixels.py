"""How large a picture an engine or a filter may make."""

from typing import Any

from thumbor_renuo.errors import InvalidOptions

MAX_PIXELS = 2**28  # where the request sets no limit


def check_pixels(context: Any, width: int, height: int) -> None:
    """Check that so many pixels may be made.

    Args:
        context: Thumbor's, with `max_pixels` where the request has a limit.

    Raises:
        InvalidOptions: they are over it.
    """
    limit = getattr(context, "max_pixels", None) or MAX_PIXELS
    if width * height > limit:
        raise InvalidOptions(
            f"an image of {width}x{height} pixels would be made, over the limit of {limit}",
            limit=limit,
        )
