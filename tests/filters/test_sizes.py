"""thumbor_renuo.filters.proportion, upscale and fill: sizes as Thumbor counts them."""

from types import SimpleNamespace

import pytest
from thumbor.filters.proportion import Filter as ThumborsProportion
from thumbor.filters.upscale import Filter as ThumborsUpscale

from tests.filters.applying import CLASSES, apply, picture

THEIRS = {"proportion": ThumborsProportion, "upscale": ThumborsUpscale}


class Sides:
    """An engine of nothing but a size."""

    def __init__(self, size: tuple[int, int]) -> None:
        self.size = size

    def is_multiple(self) -> bool:
        """It has one frame."""
        return False

    def resize(self, width: float, height: float) -> None:
        """As all engines do."""
        self.size = (int(width), int(height))


def resized(kind: type, call: str, size: tuple[int, int], wanted: tuple[int, int]) -> Sides:
    """The engine after a filter."""
    engine = Sides(size)
    request = SimpleNamespace(width=wanted[0], height=wanted[1], engine=engine)
    context = SimpleNamespace(modules=SimpleNamespace(engine=engine), request=request, metrics=None)
    kind.pre_compile()  # type: ignore[attr-defined]
    work = kind.init_if_valid(call, context).run()  # type: ignore[attr-defined]
    with pytest.raises(StopIteration):
        work.send(None)
    return engine


@pytest.mark.parametrize("call", ["proportion(0.5)", "proportion(0.001)", "proportion(0)",
                                  "proportion(1)", "proportion(1.5)", "proportion(-1)",
                                  "upscale()"])  # fmt: skip
@pytest.mark.parametrize("size", [(100, 60), (60, 100), (1, 1), (3, 300)])
@pytest.mark.parametrize("wanted", [(0, 0), (200, 200), (50, 400), (0, 900), (101, 61)])
def test_they_are_thumbors(call: str, size: tuple[int, int], wanted: tuple[int, int]) -> None:
    """The same size comes out, or none."""
    name = call.partition("(")[0]
    theirs, ours = (resized(kind[name], call, size, wanted).size for kind in (THEIRS, CLASSES))
    assert theirs == ours


@pytest.mark.parametrize(
    ("wanted", "size"), [((0, 0), (30, 20)), ((90, 0), (90, 20)), ((9, 9), (9, 9))]
)
def test_fill_makes_what_was_asked_for(wanted: tuple[int, int], size: tuple[int, int]) -> None:
    """A side that was not asked for stays as it is."""
    assert apply("fill(blur)", picture("RGB", (30, 20)), wanted).size == size
    assert apply("fill(auto,1)", picture("RGBA", (30, 20)), wanted).size == size
