"""The pictures that are made smaller: photographs of a folder, or made ones that are like them."""

import io
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageChops, ImageCms, ImageDraw

MIN_PIXELS = 4_000_000
# Sides in pixels: 6, 12, 16 and 24 megapixels; one of them is upright.
SIZES = ((3000, 2000), (3024, 4032), (4928, 3264), (6000, 4000))
QUICK_SIZES = ((3000, 2000), (3024, 4032))
# A picture's grain, from coarse to fine: what each octave is divided by, and its strength.
OCTAVES = ((64, 45), (16, 25), (4, 12), (1, 4))


@dataclass(frozen=True)
class Photograph:
    """A JPEG, as a camera wrote it: its name without ending, and its bytes."""

    name: str
    data: bytes

    def open(self) -> Image.Image:
        """The picture, not yet decoded."""
        return Image.open(io.BytesIO(self.data))


def of_folder(folder: Path) -> list[Photograph]:
    """The folder's JPEGs of at least MIN_PIXELS, by name.

    Raises:
        SystemExit: there is none.
    """
    found = []
    for file in sorted(folder.glob("*.jp*g")):
        with Image.open(file) as picture:
            if picture.width * picture.height >= MIN_PIXELS:
                found.append(Photograph(file.stem, file.read_bytes()))
    if not found:
        raise SystemExit(f"no JPEG of {MIN_PIXELS:,} pixels or more in {folder}")
    return found


def made(sizes: tuple[tuple[int, int], ...] = SIZES) -> list[Photograph]:
    """Pictures with smooth parts, grain and edges, as a camera would store them."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    found = []
    for width, height in sizes:
        file = io.BytesIO()
        scene(width, height).save(file, "JPEG", quality=90, icc_profile=profile)
        found.append(Photograph(f"made-{width}x{height}", file.getvalue()))
    return found


def scene(width: int, height: int, octaves: tuple[tuple[int, int], ...] = OCTAVES) -> Image.Image:
    """A made picture: a sky, grain of several sizes, and things with edges before it."""
    size = (width, height)
    sky = Image.linear_gradient("L").resize(size)
    bands = [sky, sky.transpose(Image.Transpose.FLIP_TOP_BOTTOM), sky.rotate(180)]
    for divisor, strength in octaves:
        grain = Image.effect_noise((width // divisor + 2, height // divisor + 2), strength)
        grain = grain.resize(size, Image.Resampling.BICUBIC)
        bands = [ImageChops.add(band, grain, 1, -128) for band in bands]
    picture = Image.merge("RGB", bands)
    _draw_things(picture)
    return picture


def _draw_things(picture: Image.Image) -> None:
    """Edges in all directions, and lines as fine as hair."""
    draw = ImageDraw.Draw(picture)
    width, height = picture.size
    step = max(width // 12, 4)
    for number, left in enumerate(range(0, width, step)):
        top = height * (3 + number % 5) // 10
        colour = (number * 37 % 256, number * 91 % 256, number * 53 % 256)
        draw.polygon([(left, height), (left + step // 2, top), (left + step, height)], fill=colour)
        draw.ellipse((left, top // 3, left + step // 2, top // 3 + step // 2), outline=colour)
        for line in range(0, step, 9):
            draw.line((left + line, top // 2, left, height), fill=colour, width=1 + line % 3)
