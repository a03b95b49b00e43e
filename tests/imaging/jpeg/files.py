"""JPEG files of all kinds, and their parts."""

from PIL import Image

from tests.imaging.pictures import saved, scene
from thumbor_renuo.imaging.jpeg.layout import Layout

SAMPLINGS = ("4:4:4", "4:2:2", "4:2:0")
ODD = (203, 151)  # sides that no block fits


def smooth(size: tuple[int, int] = ODD, mode: str = "RGB") -> Image.Image:
    """The scene without its noise, so that what is left out of it cannot be much."""
    small = scene(mode, (size[0] // 4, size[1] // 4))
    return small.resize(size, Image.Resampling.BICUBIC)


def progressive(image: Image.Image, quality: int = 75, **options: object) -> bytes:
    return saved(image, "JPEG", quality=quality, progressive=True, **options)


def layout(content: bytes) -> Layout:
    return Layout(content)


def cut_before(content: bytes, scan: int) -> bytes:
    """The file up to one of its scans, with an end."""
    return content[: Layout(content).scans[scan].segment.start] + b"\xff\xd9"
