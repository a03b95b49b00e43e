"""thumbor_renuo.delivery.output_size: what Thumbor's own transformer arrives at."""

import asyncio
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from thumbor.context import RequestParameters
from thumbor.engines import BaseEngine
from thumbor.filters import BUILTIN_FILTERS, PHASE_AFTER_LOAD, PHASE_PRE_LOAD, FiltersFactory
from thumbor.transformer import Transformer

from tests.delivery.known_filters import KNOWN
from thumbor_renuo.delivery.options import Options
from thumbor_renuo.delivery.output_size import output_size, steps
from thumbor_renuo.errors import InvalidOptions

# Thumbor's own: ours ask for pixels, which there are none of here.
FACTORY = FiltersFactory([import_module(name).Filter for name in BUILTIN_FILTERS])


class SizeEngine(BaseEngine):
    """An engine whose image is a size; it notes all that it makes."""

    def __init__(self, context: Any, image: Any = None) -> None:
        super().__init__(context)
        self.image = image
        self.extension = ".jpg"
        self.made: list[tuple[int, int]] = []

    @property
    def size(self) -> tuple[int, int]:
        return self.image

    def resize(self, width: float, height: float) -> None:
        if int(width) < 1 or int(height) < 1:
            raise ZeroDivisionError
        self.image = (int(width), int(height))
        self.made.append(self.image)

    def crop(self, left: float, top: float, right: float, bottom: float) -> None:
        self.image = (int(right) - int(left), int(bottom) - int(top))

    def rotate(self, degrees: int) -> None:
        if degrees % 180:
            self.image = self.image[::-1]

    def gen_image(self, size: tuple[int, int], _color: str) -> tuple[int, int]:
        return size

    def paste(self, *_args: Any, **_names: Any) -> None: ...

    def focus(self, *_args: Any) -> None: ...

    def get_orientation(self) -> int:
        return 1

    def flip_horizontally(self) -> None: ...

    def flip_vertically(self) -> None: ...


def thumbors_size(options: str, width: int, height: int) -> tuple[int, int]:
    """The size that Thumbor itself arrives at."""
    parameters = Options.parse(options, KNOWN).parameters
    request = RequestParameters(**parameters)
    context: Any = SimpleNamespace(request=request, metrics=None)
    context.config = SimpleNamespace(RESPECT_ORIENTATION=True)
    engine = request.engine = SizeEngine(context, (width, height))
    context.modules = SimpleNamespace(engine=engine)
    runner = FACTORY.create_instances(context, parameters["filters"])

    async def run() -> None:
        await runner.apply_filters(PHASE_PRE_LOAD)
        await runner.apply_filters(PHASE_AFTER_LOAD)
        Transformer(context).img_operation_worker()
        await runner.apply_filters("post_transform")

    asyncio.run(run())
    return engine.image


def our_size(options: str, width: int, height: int) -> tuple[int, int]:
    """The size that we tell beforehand."""
    return output_size(Options.parse(options, KNOWN).parameters, width, height)


@pytest.mark.parametrize(
    ("options", "size"),
    [
        ("", (640, 427)),
        ("meta", (640, 427)),
        ("smart", (640, 427)),
        ("300x200", (300, 200)),
        ("-300x-200", (300, 200)),
        ("300x0", (300, 200)),
        ("0x200", (300, 200)),
        ("0x2000", (2998, 2000)),
        ("origx100", (640, 100)),
        ("origxorig", (640, 427)),
        ("fit-in/300x300", (300, 200)),
        ("fit-in/3000x3000", (640, 427)),
        ("full-fit-in/300x300", (450, 300)),
        ("adaptive-fit-in/300x400", (400, 267)),
        ("10x20:110x70", (100, 50)),
        ("10x20:110x70/50x0", (50, 25)),
        ("0x0:9999x9999", (640, 427)),
        ("500x0:100x9", (640, 427)),
        ("300x300/filters:stretch()", (300, 300)),
        ("filters:rotate(90)", (427, 640)),
        ("filters:rotate(180)", (640, 427)),
        ("filters:proportion(0.5)", (320, 213)),
        ("0x2000/filters:proportion(0.5)", (1499, 1000)),
        ("fit-in/300x300/filters:fill(red)", (300, 300)),
        ("fit-in/2000x2000/filters:upscale()", (2000, 1334)),
        ("2000x2000/filters:no_upscale()", (640, 427)),
        ("1x1/filters:proportion(0.5)", (1, 1)),
    ],
)
def test_the_size_is_what_thumbor_makes(options: str, size: tuple[int, int]) -> None:
    """One of each kind, for a picture of 640x427."""
    assert thumbors_size(options, 640, 427) == size
    assert our_size(options, 640, 427) == size


sides = st.integers(0, 6000).map(str) | st.just("orig")
numbers = st.integers(0, 6000)


@st.composite
def sized_options(draw: st.DrawFn) -> str:
    """Options that change the size, without `orig` where Thumbor's filters fail on it."""
    filters = draw(
        st.lists(
            st.sampled_from(
                [
                    "fill(red)", "upscale()", "no_upscale()", "stretch()", "rotate(90)",
                    "rotate(180)", "proportion(0.3)", "proportion(0.75)", "quality(80)",
                ]
            ),
            max_size=3,
        )
    )  # fmt: skip
    side = st.integers(0, 6000).map(str) if filters else sides
    crop = draw(st.none() | st.tuples(numbers, numbers, numbers, numbers))
    parts = [
        "{}x{}:{}x{}".format(*crop) if crop else "",
        draw(st.sampled_from(["", "fit-in", "full-fit-in", "adaptive-fit-in",
                              "adaptive-full-fit-in"])),
        f"{draw(side)}x{draw(side)}",
        f"filters:{':'.join(filters)}" if filters else "",
    ]  # fmt: skip
    return "/".join(filter(None, parts))


@given(sized_options(), st.integers(1, 6000), st.integers(1, 6000))
def test_the_size_is_always_what_thumbor_makes(options: str, width: int, height: int) -> None:
    """For any size, crop, fit and filters that change it; where Thumbor fails, it is refused."""
    try:
        expected = thumbors_size(options, width, height)
    except ZeroDivisionError:
        with pytest.raises(InvalidOptions, match="less than a pixel"):
            our_size(options, width, height)
        return
    assert our_size(options, width, height) == expected


def test_every_size_on_the_way_is_told() -> None:
    """A picture that gets small in the end may have been large in between."""
    parameters = Options.parse("0x2000/filters:proportion(0.01)", KNOWN).parameters
    assert steps(parameters, 1000, 10) == [(200_000, 2000), (2000, 20)]


@pytest.mark.parametrize("options", ["fit-in/100x100", "fit-in/1x0"])
def test_less_than_a_pixel_is_refused(options: str) -> None:
    """Thumbor would fail on it."""
    with pytest.raises(InvalidOptions, match="less than a pixel wide or high"):
        our_size(options, 1000, 1)
