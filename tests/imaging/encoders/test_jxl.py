"""JPEG XL, where libvips was built with it."""

import subprocess
import sys
from typing import Any

import pytest

from tests.imaging.encoders.rasters import gradient
from thumbor_renuo.imaging.encoders import MADE_HERE, EncodeOptions, encode, jxl, saving
from thumbor_renuo.imaging.raster import Raster


@pytest.mark.parametrize("is_there", [True, False])
def test_it_is_offered_where_libvips_has_it(*, is_there: bool) -> None:
    """And there only, whatever the libvips of this machine has."""
    lines = [
        "from thumbor_renuo.imaging import libvips",
        f"libvips.has = lambda operation: operation == 'jxlsave' and {is_there}",
        "from thumbor_renuo.imaging.encoders import MADE_HERE",
        "print('jxl' in MADE_HERE)",
    ]
    command = [sys.executable, "-c", "\n".join(lines)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    assert done.stdout.strip() == str(is_there)


def test_libvips_is_told_of_quality_and_profile(monkeypatch: pytest.MonkeyPatch) -> None:
    """The picture itself stays without the profile."""
    seen: dict[str, Any] = {}

    def saver(image: Any, name: str, **options: Any) -> bytes:
        seen.update(options, name=name, profile=image.get("icc-profile-data"))
        return b""

    monkeypatch.setattr(saving, "by_libvips", saver)
    raster = Raster(gradient().image, b"profile")
    jxl.encode(raster, EncodeOptions(77, lossless=True))
    assert (seen["name"], seen["Q"], seen["lossless"], seen["profile"]) == (
        "jxl", 77, True, b"profile",
    )  # fmt: skip
    assert not raster.image.get_typeof("icc-profile-data")


def test_a_picture_is_made() -> None:
    """A JPEG XL's bytes."""
    if "jxl" not in MADE_HERE:
        pytest.skip("libvips has no JPEG XL")
    assert encode(gradient(), "jxl", EncodeOptions())[:2] in (b"\xff\x0a", b"\0\0")
