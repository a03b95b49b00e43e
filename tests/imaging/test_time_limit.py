"""time_limit: libvips is stopped, and so are we between its steps."""

from typing import Any

import pytest
import pyvips

from thumbor_renuo.errors import RenderTimeout
from thumbor_renuo.imaging import libvips
from thumbor_renuo.imaging.time_limit import check, evaluate, remaining, time_limit

libvips.set_up()


def endless() -> Any:
    """Hours of work for libvips."""
    return pyvips.Image.gaussnoise(20_000, 20_000).gaussblur(200, precision="float")


def test_a_long_computation_is_stopped() -> None:
    """What would take hours ends with an error that names the limit."""
    with time_limit(0.05), pytest.raises(RenderTimeout, match=r"0\.05 seconds") as caught:
        evaluate(endless())
    assert caught.value.status == 503


def test_nothing_begins_late() -> None:
    """Between two steps, and for what is too small to be watched, the time is looked at."""
    with time_limit(0), pytest.raises(RenderTimeout):
        check()
    with time_limit(0), pytest.raises(RenderTimeout):
        evaluate(pyvips.Image.black(1, 1))


def test_the_limit_ends_with_its_block() -> None:
    """The outer limit counts again, and none where there was none."""
    with time_limit(60):
        with time_limit(0):
            pass
        check()
    check()
    assert evaluate(pyvips.Image.black(2000, 2000)).width == 2000


def test_libvips_own_errors_stay_its_own() -> None:
    """A fault that is none of time is told as such."""
    broken = pyvips.Image.black(2000, 2000).crop(0, 0, 1000, 1000)
    with time_limit(60), pytest.raises(pyvips.Error):
        evaluate(broken.crop(0, 0, 5000, 5000))


def test_pixels_of_another_object_stay_alive() -> None:
    """A picture over bytes, of which libvips makes no copy, keeps them."""
    image = pyvips.Image.new_from_memory(bytes([7]) * 90_000, 300, 300, 1, "uchar")
    done = evaluate(image.copy())
    del image
    assert [bytearray(1)[:0] + bytes(90_000) for _ in range(50)]  # takes memory that was freed
    assert (done.min(), done.max()) == (7, 7)
    with time_limit(60):
        assert evaluate(evaluate(done)).max() == 7


def test_what_is_left_can_be_asked() -> None:
    """Never less than nothing; without a limit there is no answer."""
    assert remaining() is None
    with time_limit(60):
        assert 59 < (remaining() or 0) <= 60
        with time_limit(0):
            assert remaining() == 0
