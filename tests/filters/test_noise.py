"""thumbor_renuo.filters.noise: equal requests give equal pixels."""

from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from thumbor.context import Context
from thumbor.engines.pil import Engine
from thumbor.filters import FiltersFactory
from thumbor.filters.noise import Filter as ThumborsFilter

from tests.conftest import make_config
from thumbor_renuo.filters.noise import Filter, frame_seed

CONTEXT_SEED = 0xFEDC_BA98_7654_3210_FEDC_BA98_7654_3210_FEDC_BA98


class Modules:
    engine: Engine


def context_of(colours: str, noise_seed: int | None, mode: str) -> Context:
    """A context whose engine has a picture with a frame for each of the named colours."""
    context = Context(config=make_config())
    context.modules = Modules()
    context.modules.engine = Engine(context)
    frames = [Image.new(mode, (16, 9), colour) for colour in colours.split()]
    file = BytesIO()
    if len(frames) > 1:
        frames[0].save(file, "GIF", save_all=True, append_images=frames[1:])
    else:
        frames[0].save(file, "TIFF")
    context.modules.engine.load(file.getvalue(), ".gif" if len(frames) > 1 else ".tif")
    if noise_seed is not None:
        context.noise_seed = noise_seed
    return context


async def pixels(
    call: str,
    noise_seed: int | None = None,
    *,
    colours: str = "gray",
    mode: str = "RGB",
    kind: Any = Filter,
) -> list[bytes]:
    """The pixels of each frame after the filter."""
    context = context_of(colours, noise_seed, mode)
    kind.pre_compile()
    filter_ = kind.init_if_valid(call, context)
    assert filter_ is not None
    engine = context.modules.engine
    await filter_.run()
    frames = engine.frame_engines() if engine.is_multiple() else [engine]
    return [frame.image.convert("RGB").tobytes() for frame in frames]


@pytest.mark.parametrize("call", ["noise(40)", "noise(40,0)", "noise(40,7)"])
@pytest.mark.parametrize("noise_seed", [None, 0, 1, -1, 2**31 - 1, CONTEXT_SEED])
async def test_equal_requests_have_equal_grain(call: str, noise_seed: int | None) -> None:
    """Whatever seeds it, the same call on the same picture gives the same pixels."""
    first = await pixels(call, noise_seed)
    await pixels("noise(99,12345)")  # leaves the process's sequence elsewhere
    assert await pixels(call, noise_seed) == first
    assert first != await pixels("noise(0)")


async def test_thumbors_own_goes_on_with_the_processs_sequence() -> None:
    """The reason for this filter: without a seed Thumbor's gives other pixels each time."""
    assert await pixels("noise(40)", kind=ThumborsFilter) != await pixels(
        "noise(40)", kind=ThumborsFilter
    )


async def test_requests_that_differ_have_grain_that_differs() -> None:
    """The context's seed decides, as long as the call has none of its own."""
    assert await pixels("noise(40)", 1) != await pixels("noise(40)", 2)
    assert await pixels("noise(40)", CONTEXT_SEED) != await pixels("noise(40)", CONTEXT_SEED + 1)
    assert await pixels("noise(40,7)", 1) == await pixels("noise(40,7)", 2)


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "P", "CMYK"])
@pytest.mark.parametrize("call", ["noise(0)", "noise(1)", "noise(200,5)", "noise( 40 , 7 )"])
async def test_a_call_with_a_seed_is_thumbors(call: str, mode: str) -> None:
    """Old URLs with a seed, or without grain, keep their pixels in every mode."""
    assert await pixels(call, 3, mode=mode) == await pixels(call, mode=mode, kind=ThumborsFilter)


async def test_frames_have_grain_of_their_own() -> None:
    """A film does not stand behind a dirty pane, and is the same each time nevertheless."""
    first, second, third = await pixels("noise(40)", 5, colours="gray red gray")
    assert first != third
    assert second not in (first, third)
    assert await pixels("noise(40)", 5, colours="gray red gray") == [first, second, third]


@pytest.mark.parametrize("call", ["noise()", "noise(-1)", "noise(a)", "noise(1,-1)", "noise(1.5)"])
def test_what_thumbors_refuses_is_refused(call: str) -> None:
    """The grammar is the same: no call is valid here that is not so there."""
    for kind in (Filter, ThumborsFilter):
        kind.pre_compile()
        assert kind.init_if_valid(call, Context(config=make_config())) is None
    assert Filter.regex_str == ThumborsFilter.regex_str


@given(st.integers(-(2**200), 2**200), st.integers(0, 100))
def test_each_seed_is_one_that_the_c_code_takes(base: int, frame: int) -> None:
    """Any int seeds it: the C code wants one above 0 that fits into 31 bits."""
    assert 0 < frame_seed(base, frame) < 2**31
    assert frame_seed(base, frame) != frame_seed(base, frame + 1)


def test_thumbor_finds_it_under_its_name() -> None:
    """The factory keeps filters by the name that stands in URLs."""
    assert FiltersFactory([Filter]).filter_classes_map == {"noise": Filter}
