"""What a picture is and shows, from one bounded decode of all of it."""

import base64
from dataclasses import dataclass
from typing import Any

from thumbor_renuo.errors import TooLarge, UnreadableImage
from thumbor_renuo.imaging.colour import dominant_color
from thumbor_renuo.imaging.decode import (
    MAX_SIDE,
    check_held,
    decode_all_frames,
    decode_small,
    displayed_size,
    field,
    open_header,
    to_srgb,
)
from thumbor_renuo.imaging.formats import FORMATS, Format
from thumbor_renuo.imaging.thumbhash import thumbhash

DECODABLE = frozenset(FORMATS)
"""The media types that `probe` takes."""
MAX_FRAMES = 2_000


@dataclass(frozen=True)
class ImageFacts:
    """What can be told of a picture.

    Attributes:
        width: in pixels, as displayed: after the EXIF orientation.
        height: in pixels, as displayed.
        orientation: EXIF's, 1 to 8; 1 where there is none, and for AVIF, which turns otherwise.
        format: jpeg, png, webp, gif, avif or tiff.
        frames: of an animation; 1 for a still picture, and for a TIFF of several pages.
        has_alpha: whether there is an alpha channel, or a transparent colour in a palette.
        dominant_color: of the first frame, `#rrggbb` in sRGB.
        thumbhash: of the first frame as displayed, in base64.
    """

    width: int
    height: int
    orientation: int
    format: str
    frames: int
    has_alpha: bool
    dominant_color: str
    thumbhash: str


def probe(
    data: bytes, media_type: str, *, max_pixels: int, max_frames: int = MAX_FRAMES
) -> ImageFacts:
    """Decode all of a picture once, and tell what it is and shows.

    It keeps a thread busy for as long as the decoder needs, without holding the interpreter.

    Args:
        data: the whole file.
        media_type: one of DECODABLE, as found in the content; it alone chooses the decoder.
        max_pixels: of all frames together; checked before any is decoded.
        max_frames: of an animation.

    Raises:
        TooLarge: there are more pixels, frames or scans, or a longer side, than the limit named.
        UnreadableImage: the picture is cut short, damaged, or of another type.
    """
    kind = FORMATS.get(media_type)
    if kind is None:
        raise UnreadableImage(f"{media_type[:127]!r} is not among the types that are decoded")
    frames = kind.check(data)
    image = open_header(kind, data)
    if kind.is_paged:
        frames = field(image, "n-pages", 1)
    _check_bounds(image, frames, max_pixels, max_frames)
    if kind.is_paged and frames > 1:
        decode_all_frames(kind, data)
    small = to_srgb(kind, decode_small(kind, data, image))
    return _facts(kind, image, frames, small)


def _check_bounds(image: Any, frames: int, max_pixels: int, max_frames: int) -> None:
    if max(image.width, image.height) > MAX_SIDE:
        raise TooLarge(
            f"{image.width} x {image.height} pixels are over the limit of {MAX_SIDE} pixels a side",
            limit=MAX_SIDE,
        )
    if frames > max_frames:
        raise TooLarge(
            f"{frames} frames are over the limit of {max_frames} frames", limit=max_frames
        )
    if image.width * image.height * frames > max_pixels:
        times = f" in {frames} frames" if frames > 1 else ""
        raise TooLarge(
            f"{image.width} x {image.height} pixels{times} are over the limit of"
            f" {max_pixels} pixels",
            limit=max_pixels,
        )
    check_held(image)


def _facts(kind: Format, image: Any, frames: int, small: Any) -> ImageFacts:
    width, height = displayed_size(image)
    rgba = bytes(small.write_to_memory())
    return ImageFacts(
        width=width,
        height=height,
        orientation=field(image, "orientation", 1),
        format=kind.name,
        frames=frames,
        has_alpha=bool(image.hasalpha()),
        dominant_color=dominant_color(rgba),
        thumbhash=base64.b64encode(thumbhash(small.width, small.height, rgba)).decode(),
    )
