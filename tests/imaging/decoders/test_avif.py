"""AVIF: by dav1d in another process, or by libheif; the pictures are the same."""

from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from thumbor_renuo.errors import UnreadableImage, UnsupportedImage
from thumbor_renuo.imaging.decoders import avif, still
from thumbor_renuo.imaging.isolated import avif as dav1d
from thumbor_renuo.imaging.isolated import child, processes
from thumbor_renuo.imaging.isolated.protocol import NoDecoderError
from thumbor_renuo.imaging.raster import Raster
from thumbor_renuo.imaging.source import DecodeOptions, Source

pytestmark = pytest.mark.skipif(not avif.HAS_DAV1D, reason="Pillow was built without dav1d")


def file_of(image: Image.Image, **options: Any) -> bytes:
    file = BytesIO()
    image.save(file, "AVIF", speed=10, **options)
    return file.getvalue()


def picture(mode: str = "RGB") -> Image.Image:
    image = Image.radial_gradient("L").resize((120, 90)).convert("RGB")
    image.paste("red", (0, 0, 60, 45))
    image.putalpha(Image.linear_gradient("L").resize(image.size))
    return image.convert(mode)


def decoded(data: bytes, *, shrink: int = 1) -> Raster:
    source = Source.of(data)
    width, height = source.geometry.size
    (raster,) = source.decode(source.geometry.resize(width // shrink, height // shrink))
    return raster


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
@pytest.mark.parametrize("orientation", [1, 6, 4])
@pytest.mark.parametrize("shrink", [1, 4])
def test_both_ways_show_the_same(
    mode: str, orientation: int, shrink: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With alpha and without, turned by the file, whole and reduced."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = file_of(picture(mode), exif=exif)
    one = decoded(data, shrink=shrink)
    monkeypatch.setattr(avif, "HAS_DAV1D", False)
    other = decoded(data, shrink=shrink)
    assert (one.size, one.mode) == (other.size, other.mode)
    apart = [abs(a - b) for a, b in zip(one.to_bytes(), other.to_bytes(), strict=True)]
    assert sum(apart) / len(apart) < 2  # they enlarge the colours in two ways


def test_it_is_decoded_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not in this process, whose interpreter would stand still meanwhile."""

    def never(*_arguments: Any) -> Any:
        pytest.fail("decoded in this process")

    monkeypatch.setattr(still, "opened", never)
    monkeypatch.setattr(dav1d, "decode", never)
    assert decoded(file_of(picture())).size == (120, 90)
    assert processes._idle


@pytest.mark.parametrize("options", [DecodeOptions(), DecodeOptions(truncated=True)])
def test_libheif_decodes_elsewhere_too(
    options: DecodeOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What dav1d does not read, or what is cut short."""
    asked = []
    decode = processes.decode

    def noting(name: str, job: int, *arguments: Any, **options: Any) -> Any:
        asked.append(job)
        return None if job == child.AVIF else decode(name, job, *arguments, **options)

    def never(*_arguments: Any) -> Any:
        pytest.fail("decoded in this process")

    monkeypatch.setattr(processes, "decode", noting)
    monkeypatch.setattr(still, "opened", never)
    source = Source.of(file_of(picture("RGBA")), options)
    (raster,) = source.decode(source.geometry.resize(30, 22))
    assert (raster.size, raster.mode) == ((30, 22), "RGBA")
    assert asked == ([] if options.truncated else [child.AVIF]) + [child.LIBVIPS_HEIF]


def test_without_a_decoder_it_is_unsupported(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where Pillow has no dav1d, and libheif none either."""
    monkeypatch.setattr(avif, "HAS_DAV1D", False)

    def none(*_arguments: Any, **_options: Any) -> Any:
        raise NoDecoderError

    monkeypatch.setattr(processes, "decode", none)
    with pytest.raises(UnsupportedImage):
        decoded(file_of(picture()))


@pytest.mark.parametrize("part", [0.5, 0.95])
def test_what_is_cut_short_is_refused(part: float) -> None:
    """Before anything is decoded."""
    data = file_of(picture())
    with pytest.raises(UnreadableImage):
        decoded(data[: round(len(data) * part)])
