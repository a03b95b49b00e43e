"""The formats that libvips decodes here, each with one loader and one way of checking."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from thumbor_renuo.imaging import structure


@dataclass(frozen=True)
class Format:
    """How one format is read.

    Attributes:
        name: what clients are told.
        loader: libvips' operation, which reads nothing but this format.
        fail_on: from which fault on libvips refuses. Of PNG and TIFF it warns for odd profiles and
            unknown tags, which do no harm.
        is_paged: whether the loader decodes all frames of an animation.
        check: looks at the container alone, and returns the frames where the loader cannot.
        check_end: raises UnreadableImage where the container is cut short and the loader would not
            mind; it takes no time.
        mended: makes one that is cut short so that the loader shows what there is of it.
    """

    name: str
    loader: str
    fail_on: str = "error"
    is_paged: bool = False
    check: Callable[[bytes], int] = lambda _data: 1
    check_end: Callable[[bytes], object] = lambda _data: None
    mended: Callable[[bytes], bytes] = lambda data: data


JPEG = Format("jpeg", "jpegload_source", fail_on="warning", check=structure.check_jpeg)
PNG = Format(
    "png",
    "pngload_source",
    check=structure.check_png,
    check_end=partial(structure.check_png, sums=False),
    mended=structure.mended_png,
)
WEBP = Format("webp", "webpload_source", is_paged=True)
GIF = Format(
    "gif",
    "gifload_source",
    is_paged=True,
    check=structure.check_gif,
    check_end=structure.check_gif,
)
AVIF = Format("avif", "heifload_source", check=structure.check_avif, check_end=structure.check_avif)
TIFF = Format("tiff", "tiffload_source")
HEIC = Format("heic", "heifload_source")
JXL = Format("jxl", "jxlload_source")

FORMATS = {
    "image/jpeg": JPEG,
    "image/png": PNG,
    "image/apng": PNG,
    "image/webp": WEBP,
    "image/gif": GIF,
    "image/avif": AVIF,
    "image/tiff": TIFF,
}
"""Media type → format of what an upload is checked by decoding it."""
