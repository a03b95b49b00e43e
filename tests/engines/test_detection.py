"""Thumbor's detectors: on a smaller copy, one picture at a time."""

import asyncio
import threading
from importlib import import_module
from io import BytesIO
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest
from PIL import Image
from thumbor.detectors import BaseDetector
from thumbor.point import FocalPoint

from tests.conftest import make_config
from tests.handlers import given_images
from tests.handlers.test_render import KEY, House
from tests.parity.comparison import psnr
from tests.parity.thumbor_sources import thumbor_tests
from thumbor_renuo.engines.detection import PIXELS, on_smaller
from thumbor_renuo.engines.transformer import Transformer
from thumbor_renuo.engines.vips import Engine
from thumbor_renuo.handlers.driving import drive
from thumbor_renuo.imaging.geometry import Box

FACE_DETECTOR = "thumbor.detectors.face_detector"
PORTRAIT = "Christophe_Henner_-_June_2016.jpg"
# Of 5760x3840 pixels, as OpenCV finds it in the whole picture.
FACE = Box(940, 307, 3508, 2875)


class Found(BaseDetector):
    """Finds the lower right quarter, and notes how large a picture it got."""

    SIZES: ClassVar[list[tuple[int, int]]] = []

    async def detect(self) -> None:
        engine = self.context.modules.engine
        width, height = engine.size
        assert engine.convert_to_grayscale(update_image=False, alpha=False).size == (width, height)
        self.SIZES.append((width, height))
        box = (width // 2, height // 2, width // 2, height // 2)
        self.context.request.focal_points.append(FocalPoint.from_square(*box))


Found.__module__ = "thumbor.detectors.found"


def context_of(image: Image.Image, detector: type, **more: Any) -> Any:
    file = BytesIO()
    image.save(file, "JPEG")
    context: Any = SimpleNamespace(config=make_config(), **more)
    engine = Engine(context)
    engine.load(file.getvalue(), None)
    context.modules = SimpleNamespace(engine=engine, detectors=[detector], storage=Notes())
    context.request = SimpleNamespace(
        engine=engine, focal_points=[FocalPoint(1, 2)], smart=True, image_url="a.jpg"
    )
    return context


class Notes:
    """A storage that knows of nothing."""

    def __init__(self) -> None:
        self.kept: list[Any] = []

    async def get_detector_data(self, _url: str) -> None:
        return None

    async def put_detector_data(self, _url: str, points: list[Any]) -> None:
        self.kept = points


def test_points_are_those_of_the_whole_picture() -> None:
    """Though the detector had less of it; those that were there before stay."""
    Found.SIZES.clear()
    context = context_of(Image.new("RGB", (2000, 1000)), Found, max_pixels=100)
    whole = context.modules.engine
    drive(Transformer(context).smart_detect())
    ((width, height),) = Found.SIZES
    assert PIXELS * 0.99 < width * height <= PIXELS
    before, point = context.request.focal_points
    assert (before.x, before.y) == (1, 2)
    assert (point.x, point.y) == (pytest.approx(1500, abs=2), pytest.approx(750, abs=2))
    assert (point.width, point.height) == (pytest.approx(1000, abs=2), pytest.approx(500, abs=2))
    assert context.modules.storage.kept[-1] == point.to_dict()
    assert context.modules.engine is whole
    assert whole.size == (2000, 1000)


def test_a_small_picture_is_not_enlarged() -> None:
    """It is looked at as it is."""
    Found.SIZES.clear()
    drive(Transformer(context_of(Image.new("RGB", (60, 40)), Found)).smart_detect())
    assert Found.SIZES == [(60, 40)]


def test_somebody_elses_have_the_picture_itself() -> None:
    """Who knows how they use it."""

    class Foreign(Found):
        __module__ = "somebody.detectors"

    assert on_smaller([Found, Foreign]) == [Found, Foreign]


def test_one_picture_at_a_time() -> None:
    """Thumbor shares a classifier between threads, which OpenCV's are not made for."""
    met = threading.Barrier(2)

    class Meeting(Found):
        __module__ = "thumbor.detectors.meeting"

        async def detect(self) -> None:
            met.wait(0.2)

    def run() -> None:
        with pytest.raises(threading.BrokenBarrierError):
            drive(Transformer(context_of(Image.new("RGB", (60, 40)), Meeting)).smart_detect())

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert met.broken


@pytest.fixture(scope="module")
def portrait() -> bytes:
    """A photo with one large face, left of the middle."""
    pytest.importorskip("cv2")
    return (thumbor_tests() / "tests/fixtures/images" / PORTRAIT).read_bytes()


async def test_a_crop_holds_the_face(portrait: bytes) -> None:
    """With `smart` it is around the face; without, in the middle, it cuts a quarter of it off."""
    given_images.IMAGES[KEY] = portrait
    house = House(detectors=(FACE_DETECTOR,))
    smart, middle, around = [
        (await house.made(options)).convert("RGB")
        for options in ("200x300/smart", "200x300", "944x0:3504x3840/200x300")
    ]
    assert smart.size == (200, 300)
    assert psnr(smart, around) > 25 > psnr(middle, around) + 5


async def test_faces_are_found_in_several_threads_at_once(portrait: bytes) -> None:
    """Each render finds the same."""
    given_images.IMAGES[KEY] = portrait
    house = House(detectors=(FACE_DETECTOR,), RENDER_THREADS="4")
    made = await asyncio.gather(*(house.made(f"200x{300 + n}/smart") for n in range(8)))
    again = await house.made("200x307/smart")
    assert again.tobytes() == made[-1].tobytes()


def test_the_focal_point_is_on_the_face(portrait: bytes) -> None:
    """In the coordinates of the whole picture, and near its middle."""
    detector = import_module(FACE_DETECTOR).Detector
    context = context_of(Image.open(BytesIO(portrait)), detector)
    drive(Transformer(context).smart_detect())
    _, point = context.request.focal_points
    assert point.origin == "Face Detection"
    assert point.x == pytest.approx((FACE.left + FACE.right) / 2, abs=100)
    assert FACE.top < point.y < FACE.bottom
    assert point.width == pytest.approx(FACE.right - FACE.left, rel=0.1)
