"""The files that a workload's requests begin from, made once of the photographs."""

import io
import shutil
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PIL import Image, ImageOps

from bench.photographs import Photograph, scene

# The side of the pictures that the public benchmark of image servers uses (DIV2K).
PUBLIC_SIDE = 2040
ORIENTATION = 0x0112
LYING = 6  # the camera was turned: to be shown rotated by 90 degrees clockwise
SMOOTH = ((64, 45), (16, 25), (4, 6))

Make = Callable[[Photograph], bytes]


class Sources:
    """Files in the origin's folder, by kind: one for each photograph, or a single one.

    Args:
        folder: the origin's.
        photographs: what the kinds are made of.
        own: a folder whose WebP, AVIF and PNG files are taken as well.
    """

    def __init__(
        self, folder: Path, photographs: Sequence[Photograph], own: Path | None = None
    ) -> None:
        self._folder, self._photographs, self._own = folder, photographs, own

    def of(self, kind: str) -> list[str]:
        """The names of a kind's files; they are made when they are first asked for."""
        if kind in SINGLE:
            return [self._kept(f"{kind}{SINGLE[kind][0]}", SINGLE[kind][1])]
        ending, make = KINDS[kind]
        found = [
            self._kept(f"{one.name}-{kind}{ending}", partial(make, one))
            for one in self._photographs
        ]
        return found + self._taken(ending if kind in {"png", "webp", "avif"} else "")

    def path(self, name: str) -> Path:
        """Where a file of this name lies."""
        return self._folder / name

    def _kept(self, name: str, make: Callable[[], bytes]) -> str:
        if not self.path(name).exists():
            self.path(name).write_bytes(make())
        return name

    def _taken(self, ending: str) -> list[str]:
        """Files of the operator's that have the workload's format already."""
        if not ending or self._own is None:
            return []
        found = sorted(self._own.glob(f"*{ending}"))
        for file in found:
            shutil.copyfile(file, self.path(file.name))
        return [file.name for file in found]


def _encoded(picture: Image.Image, kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    profile = picture.info.get("icc_profile")
    picture.save(file, kind, icc_profile=profile, **options)
    return file.getvalue()


def _of_public_size(photograph: Photograph) -> Image.Image:
    picture = photograph.open()
    picture.draft("RGB", (PUBLIC_SIDE * 2, PUBLIC_SIDE * 2))
    small = ImageOps.contain(picture.convert("RGB"), (PUBLIC_SIDE, PUBLIC_SIDE))
    small.info = dict(photograph.open().info)
    return small


def _lying(photograph: Photograph) -> bytes:
    picture = photograph.open()
    turned = picture.transpose(Image.Transpose.ROTATE_90)
    turned.info = dict(picture.info)
    exif = Image.Exif()
    exif[ORIENTATION] = LYING
    return _encoded(turned, "JPEG", quality=90, exif=exif)


def _converted(kind: str, **options: object) -> Make:
    return lambda photograph: _encoded(_of_public_size(photograph), kind, **options)


def _made(kind: str, size: tuple[int, int], **options: object) -> Callable[[], bytes]:
    return lambda: _encoded(scene(*size), kind, **options)


def _smooth(kind: str, size: tuple[int, int], **options: object) -> Callable[[], bytes]:
    """With less grain: files of that many pixels are not to be larger than servers take."""
    return lambda: _encoded(scene(*size, SMOOTH), kind, **options)


# Each kind's ending, and how it is made of a photograph. The qualities of the last four are those
# that the public benchmark converts its pictures with.
KINDS: dict[str, tuple[str, Make]] = {
    "photo": (".jpg", lambda photograph: photograph.data),
    "progressive": (
        ".jpg",
        lambda photograph: _encoded(photograph.open(), "JPEG", quality=90, progressive=True),
    ),
    "lying": (".jpg", _lying),
    "jpeg-2k": (".jpg", _converted("JPEG", quality=75)),
    "png": (".png", _converted("PNG")),
    "webp": (".webp", _converted("WEBP", quality=75)),
    "avif": (".avif", _converted("AVIF", quality=65, speed=9)),
}
SINGLE: dict[str, tuple[str, Callable[[], bytes]]] = {
    "tiny": (".png", _made("PNG", (16, 16))),
    "mark": (".png", _made("PNG", (1000, 1000))),
    "24mp": (".jpg", _made("JPEG", (6000, 4000), quality=90)),
    "100mp": (".jpg", _smooth("JPEG", (11500, 8690), quality=85)),
    "50mp": (".png", _smooth("PNG", (8192, 6100), compress_level=1)),
}
