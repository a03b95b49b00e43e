"""thumbor_renuo.imaging.decoders.heic: HEIC where a library that decodes it is installed."""

import io
from collections.abc import Iterator
from typing import Any

import pytest
import pyvips
from PIL import ImageOps

from tests.imaging.decoders.opening import decoded, difference, first, small
from tests.imaging.pictures import exif, scene
from thumbor_renuo.errors import RenderTimeout, TooLarge, UnreadableImage, UnsupportedImage
from thumbor_renuo.imaging.decode import open_header
from thumbor_renuo.imaging.decoders import heic
from thumbor_renuo.imaging.formats import HEIC
from thumbor_renuo.imaging.header import read_header
from thumbor_renuo.imaging.isolated import heif, processes
from thumbor_renuo.imaging.time_limit import time_limit

pillow_heif = pytest.importorskip("pillow_heif")


def made(mode: str = "RGB", orientation: int = 1, **options: object) -> bytes:
    picture = scene(mode, (64, 48))
    file = pillow_heif.from_pillow(picture)
    return saved(file, exif=exif(orientation).tobytes(), quality=95, **options)


def saved(file, **options: object) -> bytes:
    target = io.BytesIO()
    file.save(target, **options)
    return target.getvalue()


@pytest.fixture(scope="module")
def content() -> Iterator[bytes]:
    return made()


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_it_is_shown(mode: str) -> None:
    """With its alpha, in its own size and made smaller."""
    content = made(mode)
    assert read_header(content).format == "heic"
    assert read_header(content).has_alpha is (mode == "RGBA")
    assert first(content).mode == mode
    expected = scene(mode, (64, 48))
    assert difference(first(content), expected) < 7
    assert difference(first(content, (32, 24)), small(expected, (32, 24))) < 5


@pytest.mark.parametrize("orientation", range(1, 9))
def test_its_container_turns_it(orientation: int) -> None:
    """Once, and EXIF's orientation does not turn it again."""
    picture = scene(size=(64, 48))
    picture.getexif()[0x0112] = orientation
    expected = ImageOps.exif_transpose(picture)
    content = made(orientation=orientation)
    header = read_header(content)
    assert (header.width, header.height, header.orientation) == (*expected.size, 1)
    assert difference(first(content), expected) < 7


def test_without_a_library_it_is_unsupported(
    content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What to install is told."""
    monkeypatch.setattr(heic, "LIBRARY", "no_such_library")
    if libvips_reads(content):
        assert difference(first(content), scene(size=(64, 48))) < 7
    else:
        with pytest.raises(UnsupportedImage, match=r"thumbor_renuo\[heic\]"):
            first(content)


def libvips_reads(content: bytes) -> bool:
    try:
        open_header(HEIC, content).avg()
    except pyvips.Error:
        return False
    return True


def test_it_is_decoded_elsewhere(content: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a process that can be killed, which hands over no more pixels than are needed."""
    answers = []
    decode = processes.decode

    def noting(*arguments: Any, **options: Any) -> Any:
        answers.append(decode(*arguments, **options))
        return answers[-1]

    def never(*_arguments: Any, **_options: Any) -> Any:
        pytest.fail("decoded in this process")

    monkeypatch.setattr(processes, "decode", noting)
    monkeypatch.setattr(pillow_heif, "open_heif", never)
    assert difference(first(content, (16, 12)), small(scene(size=(64, 48)), (16, 12))) < 5
    assert [(answer.width, answer.height) for answer in answers] == [(32, 24)]


def test_one_that_takes_too_long_is_stopped(
    content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the time of its request is over."""
    monkeypatch.setattr(processes, "COMMAND", ("/bin/sh", "-c", "exec sleep 9"))
    monkeypatch.setattr(processes, "_idle", [])
    with time_limit(0.2), pytest.raises(RenderTimeout):
        first(content)


def test_another_size_than_the_header_says_is_damage(content: bytes) -> None:
    """The limits were checked for the header's."""
    with pytest.raises(ValueError, match="two sizes"):
        heif.decode(content, (64, 47, 1))


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_a_cut_one_is_unreadable(content: bytes, share: float) -> None:
    """Where its pixels or its boxes are missing."""
    with pytest.raises(UnreadableImage):
        decoded(content[: int(len(content) * share)])


def test_a_damaged_one_is_shown_or_refused(content: bytes) -> None:
    """Nothing else is raised, wherever a byte is changed."""
    for at in range(0, len(content), 29):
        damaged = content[:at] + bytes([content[at] ^ 0x55]) + content[at + 1 :]
        try:
            frames = decoded(damaged, (8, 6))
        except (UnreadableImage, TooLarge):
            continue
        assert [frame.size for frame in frames] == [(8, 6)]
