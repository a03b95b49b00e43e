"""JPEG."""

from types import SimpleNamespace
from typing import Any

import pytest
from PIL import JpegImagePlugin

from tests.imaging.encoders.rasters import error, gradient, noise, opened
from thumbor_renuo.errors import InvalidOptions
from thumbor_renuo.imaging.encoders import EncodeOptions, encode, jpeg
from thumbor_renuo.imaging.raster import Raster

EXIF = b"MM\0*\0\0\0\x08" + bytes(6)  # an empty directory


def made(raster: Raster, **options: Any) -> bytes:
    return encode(raster, "jpeg", EncodeOptions(**options))


@pytest.mark.parametrize("progressive", [True, False])
def test_it_is_progressive_if_asked(progressive: bool) -> None:
    """Both ways give the same pixels, and scans only where they are wanted."""
    data = made(gradient(), progressive=progressive)
    assert ("progressive" in opened(data).info) == progressive
    assert opened(data).tobytes() == opened(made(gradient())).tobytes()


@pytest.mark.parametrize(
    ("asked", "sampling"),
    [(None, 2), ("4:2:0", 2), ("4:2:2", 1), ("4:4:4", 0), (0, 0), (1, 1), (2, 2)],
)
def test_colour_is_subsampled_as_asked(asked: str | int | None, sampling: int) -> None:
    """4:2:0 without a word; by Pillow's numbers, too."""
    image = opened(made(gradient(), subsampling=asked))
    assert JpegImagePlugin.get_sampling(image) == sampling


def test_what_is_transparent_shows_its_colour() -> None:
    """As Pillow converts it: the alpha is dropped, and nothing is painted behind."""
    raster = Raster.plain((8, 8), (200, 100, 50, 0))
    image = opened(made(raster, quality=95))
    assert image.mode == "RGB"
    assert error(made(raster.without_alpha(), quality=95), raster.without_alpha()) < 3
    assert image.tobytes() == opened(made(raster.without_alpha(), quality=95)).tobytes()


def test_grey_stays_grey() -> None:
    """One channel, and fewer bytes than in colours."""
    raster = gradient("L")
    assert opened(made(raster)).mode == "L"
    assert len(made(raster)) < len(made(raster.as_rgb()))


def test_tables_take_the_place_of_the_quality() -> None:
    """A preset's or one's own."""
    tables = (tuple(range(1, 65)), tuple([9] * 64))
    image = opened(made(gradient(), qtables=tables, quality=3))
    assert {tuple(table) for table in image.quantization.values()} == set(tables)  # type: ignore[attr-defined]
    named = opened(made(gradient(), qtables="web_low"))
    preset = JpegImagePlugin.presets["web_low"]["quantization"]
    assert [list(table) for table in named.quantization.values()] == preset  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "options",
    [{"subsampling": "9:9:9"}, {"qtables": ((1, 2),)}, {"qtables": "nonsense"}],
)
def test_what_is_no_option_is_refused(options: dict[str, Any]) -> None:
    """With the format's name, and without Pillow's errors."""
    with pytest.raises(InvalidOptions, match="no JPEG can be made"):
        made(gradient(), **options)


def test_noise_has_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the JPEG does not fit into Pillow's buffer it is made all the same, if not in scans."""
    raster = noise("RGB", (400, 400))
    options = {"quality": 94, "subsampling": "4:4:4"}
    assert "progressive" in opened(made(raster, **options)).info
    monkeypatch.setattr("PIL.ImageFile.MAXBLOCK", 65536)
    image = opened(made(raster, **options))
    assert "progressive" not in image.info
    assert image.tobytes() == opened(made(raster, progressive=False, **options)).tobytes()


def fake_jpegli(calls: list[tuple[int, int, int]]) -> Any:
    def encode(pixels: Any, width: int, height: int, quality: int) -> bytes:
        assert len(bytes(pixels)) == width * height * 3
        calls.append((width, height, quality))
        return made(Raster.from_bytes("RGB", (width, height), bytes(pixels)), progressive=False)

    return SimpleNamespace(encode=encode)


def test_jpegli_makes_what_it_can(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures in colour, if asked for; grey, subsampling and tables are libjpeg-turbo's."""
    calls: list[tuple[int, int, int]] = []
    monkeypatch.setattr(jpeg, "pyjpegli", fake_jpegli(calls))
    made(gradient("RGBA"), jpegli=True, quality=77)
    assert calls == [(64, 48, 77)]
    made(gradient())
    made(gradient("L"), jpegli=True)
    made(gradient(), jpegli=True, subsampling=0)
    made(gradient(), jpegli=True, qtables="web_low")
    assert len(calls) == 1


def test_jpegli_takes_metadata_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """It writes none itself."""
    monkeypatch.setattr(jpeg, "pyjpegli", fake_jpegli([]))
    image = opened(made(gradient(), jpegli=True, exif=EXIF))
    assert image.info["exif"] == b"Exif\0\0" + EXIF


def test_without_jpegli_it_is_made_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """By libjpeg-turbo, in scans."""
    monkeypatch.setattr(jpeg, "pyjpegli", None)
    assert "progressive" in opened(made(gradient(), jpegli=True)).info


def test_the_real_jpegli_makes_a_jpeg() -> None:
    """Where it is installed, close to the picture."""
    pytest.importorskip("pyjpegli")
    data = made(gradient(), jpegli=True, quality=90)
    assert "progressive" not in opened(data).info
    assert error(data, gradient()) < 4
