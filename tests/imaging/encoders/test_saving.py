"""Pillow's and libvips' savers in our words."""

import os
import struct
import time
from collections.abc import Iterator

import pytest
import pyvips

from tests.imaging.encoders.rasters import gradient, opened
from thumbor_renuo.errors import InvalidOptions, RenderTimeout
from thumbor_renuo.imaging.encoders import (
    MADE_HERE,
    EncodeOptions,
    encode,
    encode_animation,
    saving,
)
from thumbor_renuo.imaging.isolated import processes
from thumbor_renuo.imaging.raster import Raster
from thumbor_renuo.imaging.time_limit import time_limit


@pytest.mark.parametrize(
    "error", [OSError, ValueError, RuntimeError, struct.error, MemoryError, SyntaxError]
)
def test_an_encoders_error_becomes_ours(error: type[Exception]) -> None:
    """It names the format, and nothing of what the encoder says."""
    said = "no WEBP can be made of this image"
    with pytest.raises(InvalidOptions, match=said) as caught, saving.translated("webp"):
        raise error("secret detail")
    assert "secret" not in str(caught.value)


def test_libvips_errors_become_ours() -> None:
    """Whatever option it was."""
    with pytest.raises(InvalidOptions, match="no PNG can be made"):
        saving.by_libvips(gradient().image, "png", nonsense=1)


def test_what_was_stopped_is_a_timeout() -> None:
    """Not a fault of the picture."""
    with time_limit(0), pytest.raises(RenderTimeout), saving.translated("PNG"):
        raise pyvips.Error("killed")


def test_pixels_reach_pillow_unchanged() -> None:
    """In all four modes."""
    for mode in ("L", "LA", "RGB", "RGBA"):
        image = saving.pillow_image(gradient(mode))
        assert (image.mode, image.tobytes()) == (mode, gradient(mode).to_bytes())


@pytest.fixture
def _none_idle() -> Iterator[None]:
    """Begins and ends without a process."""
    _end_all()
    yield
    _end_all()


def _end_all() -> None:
    while processes._idle:
        processes._ended(processes._idle.pop())


SLOW = [
    ("avif", EncodeOptions(100)),
    ("webp", EncodeOptions(99, webp_effort=6)),
    ("webp", EncodeOptions(100)),
    ("heic", EncodeOptions(100)),
    ("jpeg", EncodeOptions(100, subsampling="4:4:4")),
    ("gif", EncodeOptions()),
]


@pytest.mark.usefixtures("_none_idle")
@pytest.mark.parametrize(("kind", "options"), SLOW)
def test_the_time_is_kept_within_a_picture(kind: str, options: EncodeOptions) -> None:
    """Though the encoder would take many seconds, and cannot be stopped by itself."""
    if kind not in MADE_HERE:
        pytest.skip(f"no {kind} is made here")
    noise = Raster.from_bytes("RGB", (5000, 5000), os.urandom(75_000_000))
    begin = time.monotonic()
    with pytest.raises(RenderTimeout), time_limit(0.3):
        encode(noise, kind, options)
    assert time.monotonic() - begin < 4
    assert processes._idle == []


@pytest.mark.usefixtures("_none_idle")
@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
@pytest.mark.parametrize("kind", ["avif", "webp", "heic", "gif"])
def test_a_process_of_its_own_makes_the_same(
    kind: str, mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bytes, with what is kept of metadata."""
    if kind not in MADE_HERE:
        pytest.skip(f"no {kind} is made here")
    options = EncodeOptions(70, exif=b"II*\0\x08\0\0\0\x01\0\x98\x82\x02\0\x04\0\0\0(c)\0\0\0\0\0")
    here = encode(gradient(mode), kind, options)
    assert processes._idle == []
    monkeypatch.setattr(saving, "QUICK_SECONDS", 0)
    with time_limit(60):
        assert encode(gradient(mode), kind, options) == here
    assert len(processes._idle) == 1


@pytest.mark.usefixtures("_none_idle")
@pytest.mark.parametrize("kind", ["avif", "png"])
def test_it_makes_animations(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With all frames in order; an AVIF tells of the second in which it was made."""
    frames = [gradient(), Raster.plain((64, 48), (9, 9, 9, 255)), gradient("RGBA")]
    here = encode_animation(frames, [50, 60, 70], 0, kind, EncodeOptions())
    monkeypatch.setattr(saving, "QUICK_SECONDS", 0)
    with time_limit(60):
        made = encode_animation(frames, [50, 60, 70], 0, kind, EncodeOptions())
    assert len(made) == len(here)
    assert list(shown(made)) == list(shown(here))
    assert len(processes._idle) == 1


def shown(data: bytes) -> Iterator[bytes]:
    image = opened(data)
    for frame in range(image.n_frames):  # type: ignore[attr-defined]
        image.seek(frame)
        yield image.tobytes()


@pytest.mark.usefixtures("_none_idle")
def test_what_fails_elsewhere_is_refused_as_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the same words; and the process goes on."""
    monkeypatch.setattr(saving, "QUICK_SECONDS", 0)
    with time_limit(60), pytest.raises(InvalidOptions, match="no WEBP can be made"):
        saving.by_pillow(gradient(), "WEBP", slowest=1, quality="nonsense")
    assert len(processes._idle) == 1


@pytest.mark.usefixtures("_none_idle")
def test_without_a_limit_it_is_encoded_here() -> None:
    """Nobody would stop it."""
    saving.by_pillow(gradient(), "WEBP", slowest=1e9)
    assert processes._idle == []
