"""SSIMULACRA2 of an answer against the best that the original allows at the same size."""

import io
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageCms, ImageOps

try:
    from ssimulacra2 import compute_ssimulacra2
except ImportError:
    compute_ssimulacra2 = None

LANCZOS = Image.Resampling.LANCZOS
SHIFTS = tuple(quarters / 4 for quarters in range(-4, 5))  # in pixels of the answer
Image.MAX_IMAGE_PIXELS = None  # the pictures are our own


def missing() -> str:
    """Why quality cannot be told; empty if it can."""
    return "" if compute_ssimulacra2 else "ssimulacra2 (PyPI) is not installed"


def score(answer: bytes, source: Path, *, fills: bool) -> float:
    """SSIMULACRA2: 100 is the same, 90 not to be told apart, 70 good; NaN if it cannot be told.

    Args:
        answer: an image, of whatever size the server has made.
        source: the original.
        fills: the answer shows the middle of it, or what lies up to a pixel beside: where servers
            round is a matter of taste, and one that the score would punish.
    """
    if compute_ssimulacra2 is None:
        return float("nan")
    picture = as_shown(Image.open(io.BytesIO(answer)))
    return max(
        float(compute_ssimulacra2(_png(reference(source, picture.size, shift)), _png(picture)))
        for shift in (SHIFTS if fills else (None,))
    )


@lru_cache(maxsize=1024)
def reference(source: Path, size: tuple[int, int], shift: float | None) -> Image.Image:
    """The whole original decoded, the right way up, in sRGB, and reduced with Lanczos3.

    Args:
        size: of the result, in pixels.
        shift: how many of these pixels the middle part lies off the middle; None for the whole.
    """
    picture = _full(source)
    box = None if shift is None else middle(picture.size, size, shift)
    return picture.resize(size, LANCZOS, box=box)


def middle(
    whole: tuple[int, int], size: tuple[int, int], shift: float = 0
) -> tuple[float, float, float, float]:
    """The largest box of a picture that has the proportions of `size`, for Pillow's resize."""
    scale = min(whole[0] / size[0], whole[1] / size[1])
    width, height = size[0] * scale, size[1] * scale
    free = (whole[0] - width, whole[1] - height)
    left, top = (min(max(room / 2 + shift * scale, 0), room) for room in free)
    return left, top, left + width, top + height


@lru_cache(maxsize=1)
def _full(source: Path) -> Image.Image:
    with Image.open(source) as picture:
        return as_shown(picture)


def as_shown(picture: Image.Image) -> Image.Image:
    """A picture as a browser shows it: turned by its EXIF orientation, its profile heeded."""
    upright = ImageOps.exif_transpose(picture)
    profile = picture.info.get("icc_profile")
    if not profile or upright.mode not in {"RGB", "L", "CMYK"}:
        return upright.convert("RGB")
    try:
        return _in_srgb(upright, profile)
    except ImageCms.PyCMSError:  # a profile of another kind of picture
        return upright.convert("RGB")


def _in_srgb(picture: Image.Image, profile: bytes) -> Image.Image:
    shown = ImageCms.profileToProfile(
        picture,
        io.BytesIO(profile),
        ImageCms.createProfile("sRGB"),
        ImageCms.Intent.RELATIVE_COLORIMETRIC,
        outputMode="RGB",
        flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )
    assert shown is not None
    return shown


def _png(picture: Image.Image) -> io.BytesIO:
    """What ssimulacra2 takes: a file."""
    file = io.BytesIO()
    picture.save(file, "PNG", compress_level=0)
    file.seek(0)
    return file
