"""Filters applied to rasters, with no more of Thumbor around than they need."""

from importlib import import_module
from io import BytesIO
from types import SimpleNamespace
from typing import Any

from PIL import Image
from thumbor.loaders import LoaderResult

from thumbor_renuo.config import SAFE_FILTERS
from thumbor_renuo.imaging.raster import Raster

CLASSES = {name.rpartition(".")[2]: import_module(name).Filter for name in SAFE_FILTERS}
for _class in CLASSES.values():
    _class.pre_compile()


class Engine:
    """The pixels, as our engine shows them to filters."""

    def __init__(self, raster: Raster) -> None:
        self.raster = raster

    @property
    def size(self) -> tuple[int, int]:
        """Width and height, in pixels."""
        return self.raster.size

    def is_multiple(self) -> bool:
        """It has one frame."""
        return False


class Loader:
    """Has the images that filters name, each for one look.

    Attributes:
        loaded: what was asked for.
    """

    def __init__(self, images: dict[str, bytes]) -> None:
        self.images, self.loaded = images, list[str]()

    def validate(self, _context: Any, url: str) -> bool:
        """All but one name is allowed."""
        return url != "forbidden.png"

    async def load(self, _context: Any, url: str) -> LoaderResult:
        """The bytes, without waiting."""
        self.loaded.append(url)
        if url not in self.images:
            return LoaderResult(successful=False, error=LoaderResult.ERROR_NOT_FOUND)
        return LoaderResult(buffer=self.images[url])


def png(image: Image.Image) -> bytes:
    """A PNG file."""
    file = BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def context_of(
    raster: Raster, size: tuple[int, int] = (0, 0), images: dict[str, bytes] | None = None
) -> Any:
    """A context as Thumbor gives one to filters, for a request of this size."""
    request = SimpleNamespace(width=size[0], height=size[1], quality=None)
    modules = SimpleNamespace(engine=Engine(raster), loader=Loader(images or {}))
    return SimpleNamespace(modules=modules, request=request, metrics=None, max_pixels=4_000_000)


def prepared(call: str, context: Any) -> Any:
    """The filter of a call, as Thumbor makes it."""
    made = CLASSES[call.partition("(")[0]].init_if_valid(call, context)
    assert made is not None, call
    return made


def run(made: Any) -> Raster:
    """Run a filter to its end without a loop, as our renders do, and give its picture."""
    work = made.run()
    try:
        work.send(None)
    except StopIteration:
        raster: Raster = made.engine.raster
        return raster
    raise AssertionError("the filter waits for something")


def apply(
    call: str,
    raster: Raster,
    size: tuple[int, int] = (0, 0),
    images: dict[str, bytes] | None = None,
) -> Raster:
    """What a filter makes of a picture."""
    return run(prepared(call, context_of(raster, size, images)))


def picture(mode: str, size: tuple[int, int]) -> Raster:
    """A picture with gradients in all channels."""
    width, height = size
    across = Image.linear_gradient("L").rotate(90).resize(size)
    down = Image.linear_gradient("L").resize(size)
    round_ = Image.radial_gradient("L").resize(size)
    channels = {"R": across, "G": down, "B": round_, "L": across, "A": down}
    assert (width, height) == across.size
    return Raster.from_pillow(Image.merge(mode, [channels[channel] for channel in mode]))
