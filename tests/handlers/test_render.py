"""thumbor_renuo.handlers.render: one thumbnail, made in a thread."""

import asyncio
import threading
import time
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from thumbor.context import ServerParameters
from thumbor.server import get_context, get_importer
from tornado.httputil import HTTPHeaders

from tests.conftest import make_config
from tests.handlers import foreign_parts, given_images
from tests.handlers.conftest import picture
from thumbor_renuo.delivery.thumbnail_path import ThumbnailPath
from thumbor_renuo.engines.vips import Engine
from thumbor_renuo.errors import (
    NotFound,
    OriginalTooLarge,
    RenderTimeout,
    Unavailable,
    UnreadableImage,
)
from thumbor_renuo.handlers.render import Render
from thumbor_renuo.handlers.render_steps import RenderSteps
from thumbor_renuo.handlers.services import Made, Services
from thumbor_renuo.handlers.source_loader import SourceLoader
from thumbor_renuo.handlers.wanted import Validators, Wanted
from thumbor_renuo.image_rules import ImageRules

KEY = "o/foobar-develop/qstu/0b1c/2d3e/0b1c/2d3e/0b1c/2d3e/0b1c/2d3e/a.jpg"
FOREIGN = "tests.handlers.foreign_parts"


class House:
    """A deployment whose images lie in memory."""

    def __init__(self, *, detectors: tuple[str, ...] = (), **changes: str) -> None:
        config = make_config(STORE_DERIVATIVES="false", DERIVATIVES="off", **changes)
        config.LOADER = "tests.handlers.given_images"
        config.FILTERS = [*config.FILTERS, FOREIGN]
        config.DETECTORS = list(detectors)
        server = ServerParameters(0, "", None, None, "info", "thumbor.app.ThumborServiceApp")
        self.services = Services.of(config)
        self.context = get_context(server, config, get_importer(config))
        self.context.__enter__()

    def render(self, options: str, known: Validators | None = None) -> "tuple[Render, list[Made]]":
        path = ThumbnailPath.parse(f"/t/{options}/u/{KEY}")
        settings, made = self.services.settings, list[Made]()
        wanted = Wanted(
            app=path.key.app,
            key=path.key,
            rules=ImageRules().effective(settings),
            url=f"/signature/{path.signed_part}",
            parameters={**path.parameters, "image": str(path.key), "hash": "x", "unsafe": None},
            variant="auto",
            engine="",
            settings=settings,
            path=path,
        )
        headers = HTTPHeaders()
        return Render(
            self.context, self.services, wanted, made.append, headers=headers, known=known
        ), made

    async def made(self, options: str, known: Validators | None = None) -> Image.Image:
        render, made = self.render(options, known)
        await render.run()
        return Image.open(BytesIO(made[0].derivative.data))

    def is_idle(self) -> bool:
        services = self.services
        return (services.renders.running, services.memory.held) == (0, 0)


@pytest.fixture(autouse=True)
def images() -> dict[str, bytes]:
    """The originals; one of 640 x 480 is there."""
    given_images.IMAGES.clear()
    given_images.ASKED.clear()
    foreign_parts.THREADS.clear()
    given_images.IMAGES[KEY] = picture(size=(640, 480))
    return given_images.IMAGES


async def test_all_work_is_done_in_a_thread(monkeypatch: Any) -> None:
    """Reading the header, decoding and encoding leave the loop alone."""
    threads: set[int] = set()
    for kind, name in (
        (SourceLoader, "check_original"), (Engine, "load"), (Engine, "read"),
        (Engine, "resize"),
    ):  # fmt: skip
        stock = getattr(kind, name)

        def noting(*arguments: Any, _stock: Any = stock) -> Any:
            threads.add(threading.get_ident())
            return _stock(*arguments)

        monkeypatch.setattr(kind, name, noting)
    house = House()
    assert (await house.made("64x48")).size == (64, 48)
    assert len(threads) == 1
    assert threading.get_ident() not in threads
    assert house.is_idle()


async def test_somebody_elses_filter_runs_on_the_loop() -> None:
    """It may wait there for whatever it likes; those around it are in the thread."""
    house = House()
    made = await house.made("64x48/filters:grayscale():patient():blur(2)")
    assert made.size == (64, 48)
    assert [threading.get_ident()] == foreign_parts.THREADS


async def test_somebody_elses_detector_runs_on_the_loop() -> None:
    """What it finds is in the picture: the right edge, which is blue."""
    house = House(detectors=(FOREIGN,))
    made = await house.made("48x480/smart")
    red, _, blue = made.convert("RGB").getpixel((24, 240))
    assert blue > 200 > red
    assert [threading.get_ident()] == foreign_parts.THREADS


@pytest.mark.parametrize("kept", [None, [{"x": 630, "y": 10, "z": 1, "width": 2, "height": 2}]])
async def test_what_detectors_find_is_read_before_and_stored_after(
    monkeypatch: Any, kept: Any
) -> None:
    """Thumbor's storage is asked by the loop, whether it knows the image or not."""
    house = House(detectors=(FOREIGN,))
    stored: list[Any] = []

    class Storage:
        def __init__(self, _context: Any) -> None: ...

        async def get_detector_data(self, _url: str) -> Any:
            await asyncio.sleep(0)
            return kept

        async def put_detector_data(self, url: str, data: Any) -> None:
            await asyncio.sleep(0)
            stored.append((url, data))

    monkeypatch.setattr(house.context.modules.importer, "storage", Storage)
    made = await house.made("48x480/smart")
    red, _, blue = made.convert("RGB").getpixel((24, 240))
    assert blue > 200 > red
    assert [url for url, _ in stored] == ([] if kept else [KEY])
    assert bool(foreign_parts.THREADS) is not bool(kept)


async def test_several_sizes_read_their_original_once() -> None:
    """Asked for together, and once more a little later."""
    house = House()
    await asyncio.gather(*(house.made(f"{width}x0") for width in (20, 40, 80, 160)))
    await house.made("30x0")
    assert given_images.ASKED == [KEY]
    house.services.forget(KEY)
    await house.made("30x0")
    assert given_images.ASKED == [KEY, KEY]


async def test_a_newer_state_that_is_known_is_not_made_of_the_older_one() -> None:
    """The original has been replaced since it was read."""
    house = House()
    await house.made("30x0")
    given_images.IMAGES[KEY] = picture(size=(200, 100))
    assert (await house.made("30x0")).size == (30, 22)
    newer = Validators('"of the newer one"', given_images.MODIFIED)
    assert (await house.made("30x0", newer)).size == (30, 15)


@pytest.mark.parametrize(("data", "error"), [
    (None, NotFound), (b"no image", UnreadableImage), (picture()[:200], UnreadableImage),
    (picture("PNG", (3000, 2000)), OriginalTooLarge),
])  # fmt: skip
async def test_what_is_wrong_is_said_and_leaves_nothing(
    images: dict[str, bytes], data: bytes | None, error: type[Exception]
) -> None:
    """Place and memory are free again."""
    house = House(SOURCE_MAX_PIXELS="5000000")
    del images[KEY]
    if data is not None:
        images[KEY] = data
    with pytest.raises(error):
        await house.made("30x20")
    assert house.is_idle()


async def test_the_time_is_limited(monkeypatch: Any) -> None:
    """What takes longer is a 503 that names the limit."""
    house = House(RENDER_SECONDS="0.1")
    load = Engine.load

    def slow(*arguments: Any) -> None:
        time.sleep(0.15)
        load(*arguments)

    monkeypatch.setattr(Engine, "load", slow)
    with pytest.raises(RenderTimeout) as caught:
        await house.made("30x20")
    assert (caught.value.status, caught.value.limit) == (503, "0.1")
    assert house.is_idle()


def has_waiter(services: Services) -> None:
    """Wait until somebody waits for memory."""
    deadline = time.monotonic() + 5
    while not services.memory.waiting:
        assert time.monotonic() < deadline
        time.sleep(0.001)


async def test_without_memory_it_waits_and_keeps_nobody_from_rendering() -> None:
    """It has left its place meanwhile, and is made when there is room."""
    house = House(RENDER_MEMORY_BYTES=str(10 * 1024**2))
    services = house.services
    assert services.memory.take_now(9 * 1024**2)
    making = asyncio.create_task(house.made("600x400"))
    await asyncio.to_thread(has_waiter, services)
    assert services.renders.running == 0
    services.memory.give_back(9 * 1024**2)
    assert (await making).size == (600, 400)
    assert house.is_idle()


async def test_who_waits_for_memory_too_long_is_refused() -> None:
    """With 503."""
    house = House(RENDER_MEMORY_BYTES=str(10 * 1024**2), THUMBNAIL_WAIT_SECONDS="0.1")
    assert house.services.memory.take_now(9 * 1024**2)
    with pytest.raises(Unavailable):
        await house.made("600x400")
    assert house.services.memory.held == 9 * 1024**2


async def test_a_render_that_is_given_up_keeps_its_place_until_its_thread_has_ended(
    monkeypatch: Any,
) -> None:
    """Its memory, too: the thread goes on using both."""
    house = House()
    begun, may_end = threading.Event(), threading.Event()

    def make(*_arguments: Any) -> Any:
        begun.set()
        may_end.wait(10)

    monkeypatch.setattr(RenderSteps, "make", make)
    making = asyncio.create_task(house.made("30x20"))
    await asyncio.to_thread(begun.wait, 10)
    making.cancel()
    await asyncio.sleep(0.01)
    assert house.services.renders.running == 1
    assert house.services.memory.held > 0
    may_end.set()
    with pytest.raises(asyncio.CancelledError):
        await making
    assert house.is_idle()
