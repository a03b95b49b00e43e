"""PNG."""

import zlib

import pytest

from tests.imaging.encoders.rasters import error, gradient, noise, opened
from thumbor_renuo.imaging.encoders import EncodeOptions, encode, palette


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA"])
@pytest.mark.parametrize("level", [0, 4, 9])
def test_every_pixel_stays(mode: str, level: int) -> None:
    """In the mode it had, however hard it is compressed."""
    raster = noise(mode)
    image = opened(encode(raster, "png", EncodeOptions(png_compression=level)))
    assert image.mode == mode
    assert image.tobytes() == raster.to_bytes()


def test_more_compression_is_fewer_bytes() -> None:
    """From none at all to the most."""
    made = [encode(gradient(), "png", EncodeOptions(png_compression=n)) for n in (9, 1, 0)]
    assert sorted(made, key=len) == made


@pytest.mark.parametrize("options", [{"png_palette": True}, {"indexed": True}])
@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_a_palette_is_made_if_asked(options: dict[str, bool], mode: str) -> None:
    """Of 256 colours, close to those that were there, and smaller."""
    raster = gradient(mode, (200, 150))
    data = encode(raster, "png", EncodeOptions(**options))  # type: ignore[arg-type]
    assert opened(data).mode == "P"
    assert error(data, raster) < 20
    busy = noise(mode)
    small = encode(busy, "png", EncodeOptions(**options))  # type: ignore[arg-type]
    assert len(small) < len(encode(busy, "png", EncodeOptions())) / 2


def test_a_large_picture_gets_its_palette_in_bounded_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """By an octree first; transparency stays."""
    monkeypatch.setattr(palette, "MAX_PIXELS", 1000)
    raster = gradient("RGBA", (200, 150))
    data = encode(raster, "png", EncodeOptions(indexed=True))
    assert opened(data).mode == "P"
    assert error(data, raster) < 25


def test_the_kept_exif_is_there() -> None:
    """In a chunk of its own, before the pixels and with its checksum."""
    data = encode(gradient(), "png", EncodeOptions(exif=b"Exif\0\0MM\0*" + bytes(8)))
    at = data.index(b"eXIf")
    assert at < data.index(b"IDAT")
    chunk = data[at : at + 16]
    assert chunk == b"eXIfMM\0*" + bytes(8)
    assert data[at + 16 : at + 20] == zlib.crc32(chunk).to_bytes(4, "big")
    assert opened(data).info["exif"].removeprefix(b"Exif\0\0") == b"MM\0*" + bytes(8)
