"""libjpeg-turbo, by way of simplejpeg; it refuses whatever it warns of."""

from typing import Any

import simplejpeg


def decode(data: bytes, colours: str, size: tuple[int, int] = (0, 0)) -> Any:
    """Decode to a numpy array of bytes: lines, pixels, channels.

    Args:
        colours: `RGB` or `GRAY`.
        size: the least width and height; the decoder reduces by what leaves this much.

    Raises:
        ValueError: in libjpeg's own words.
    """
    return simplejpeg.decode_jpeg(data, colours, min_width=size[0], min_height=size[1])
