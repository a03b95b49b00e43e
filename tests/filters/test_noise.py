"""thumbor_renuo.filters.noise: equal requests give equal pixels."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from thumbor.ext.filters import _noise
from thumbor.filters.noise import Filter as ThumborsFilter

from tests.filters.applying import context_of, picture, prepared, run
from thumbor_renuo.errors import RenderTimeout
from thumbor_renuo.filters import noise
from thumbor_renuo.filters.noise import Filter, frame_seed, grain
from thumbor_renuo.imaging.raster import Raster
from thumbor_renuo.imaging.time_limit import time_limit

CONTEXT_SEED = 0xFEDC_BA98_7654_3210_FEDC_BA98_7654_3210_FEDC_BA98
GREY = Raster.from_bytes("RGB", (16, 9), bytes([128]) * 16 * 9 * 3)


def pixels(call: str, noise_seed: int | None = None, raster: Raster = GREY) -> bytes:
    """The pixels after the filter."""
    context: Any = context_of(raster)
    if noise_seed is not None:
        context.noise_seed = noise_seed
    return run(prepared(call, context)).to_bytes()


def thumbors(raster: Raster, amount: int, seed: int) -> bytes:
    """The same by Thumbor's C code at once."""
    rgb = raster.as_rgb()
    data = bytes(bytearray(rgb.to_bytes()))  # it changes what it is given
    return bytes(_noise.apply(rgb.mode, amount, data, seed))


@pytest.mark.parametrize("call", ["noise(40)", "noise(40,0)", "noise(40,7)"])
@pytest.mark.parametrize("noise_seed", [None, 0, 1, -1, 2**31 - 1, CONTEXT_SEED])
def test_equal_requests_have_equal_grain(call: str, noise_seed: int | None) -> None:
    """Whatever seeds it, the same call on the same picture gives the same pixels."""
    first = pixels(call, noise_seed)
    pixels("noise(99,12345)")  # leaves the process's sequence elsewhere
    assert pixels(call, noise_seed) == first
    assert first != pixels("noise(0)")


def test_requests_that_differ_have_grain_that_differs() -> None:
    """The context's seed decides, as long as the call has none of its own."""
    assert pixels("noise(40)", 1) != pixels("noise(40)", 2)
    assert pixels("noise(40)", CONTEXT_SEED) != pixels("noise(40)", CONTEXT_SEED + 1)
    assert pixels("noise(40,7)", 1) == pixels("noise(40,7)", 2)


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "LA"])
@pytest.mark.parametrize("amount", [0, 1, 200])
def test_a_call_with_a_seed_is_thumbors(amount: int, mode: str, monkeypatch: Any) -> None:
    """Old URLs with a seed keep their pixels in every mode, however many strips there are."""
    monkeypatch.setattr(noise, "STRIP_PIXELS", 35)
    raster = picture(mode, (17, 10))
    assert pixels(f"noise({amount},5)", 3, raster) == thumbors(raster, amount, 5)


def test_threads_do_not_disturb_each_other(monkeypatch: Any) -> None:
    """The sequence is the process's; whoever draws from it draws alone."""
    monkeypatch.setattr(noise, "STRIP_PIXELS", 500)
    raster = picture("RGB", (100, 80))
    wanted = {seed: thumbors(raster, 90, seed) for seed in range(1, 9)}
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda seed: grain(raster, 90, seed).to_bytes(), wanted))
    assert made == list(wanted.values())


def test_the_picture_that_was_there_stays_as_it_is() -> None:
    """The C code writes into what it is given, which must be a copy."""
    before = GREY.to_bytes()
    assert grain(GREY, 90, 1).to_bytes() != before
    assert GREY.to_bytes() == before


def test_it_ends_with_its_time() -> None:
    """Between two strips the limit is looked at, and the sequence is free again."""
    with time_limit(0), pytest.raises(RenderTimeout):
        grain(GREY, 90, 1)
    grain(GREY, 90, 1)


def test_frames_have_grain_of_their_own() -> None:
    """A film does not stand behind a dirty pane, and is the same each time nevertheless."""
    films = []
    for _ in range(2):
        made = prepared("noise(40)", context_of(GREY))
        film = []
        for _frame in range(3):
            made.engine.raster = GREY
            film.append(run(made).to_bytes())
        films.append(film)
    assert films[0] == films[1]
    assert len(set(films[0])) == 3


@pytest.mark.parametrize("call", ["noise()", "noise(-1)", "noise(a)", "noise(1,-1)", "noise(1.5)"])
def test_what_thumbors_refuses_is_refused(call: str) -> None:
    """No call is valid here that is not so there."""
    ThumborsFilter.pre_compile()
    assert ThumborsFilter.init_if_valid(call, None) is None
    assert Filter.init_if_valid(call, None) is None


@given(st.integers(-(2**200), 2**200), st.integers(0, 100))
def test_each_seed_is_one_that_the_c_code_takes(base: int, frame: int) -> None:
    """Any int seeds it: the C code wants one above 0 that fits into 31 bits."""
    assert 0 < frame_seed(base, frame) < 2**31
    assert frame_seed(base, frame) != frame_seed(base, frame + 1)
