"""The engine: pictures are upright in every format."""

from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from thumbor.context import Context

from tests.conftest import make_config
from thumbor_renuo.engines.pil import EXIF_HEADER, Engine


@pytest.mark.parametrize("header", [EXIF_HEADER, b""], ids=["header", "no header"])
@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "PNG", "AVIF"])
def test_a_picture_on_its_side_is_turned(kind: str, header: bytes, caplog: Any) -> None:
    """EXIF orientation 6 swaps width and height, with EXIF's header in the file or without."""
    exif = Image.Exif()
    exif[0x0112] = 6
    bare = exif.tobytes().removeprefix(EXIF_HEADER)
    if kind == "JPEG":
        header = EXIF_HEADER  # JPEG has it always
    file = BytesIO()
    Image.new("RGB", (60, 20), "red").save(file, kind, exif=header + bare)
    engine = Engine(Context(config=make_config()))
    engine.load(file.getvalue(), None)
    engine.reorientate()
    assert engine.size == (20, 60)
    assert "[exif]" not in caplog.text


def test_a_picture_without_exif() -> None:
    """Nothing is added to it."""
    file = BytesIO()
    Image.new("RGB", (6, 2)).save(file, "WEBP")
    engine = Engine(Context(config=make_config()))
    engine.load(file.getvalue(), ".webp")
    assert not engine.exif
