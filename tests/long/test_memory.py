"""The largest pictures take no more memory than they may."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import pyvips

from tests.integration.conftest import Service, environment_for, serve, size_of, store
from tests.long.memory import MEGABYTE, forget_peak, peak_bytes, resident_bytes
from thumbor_renuo.local_s3 import LocalS3

pytestmark = [pytest.mark.integration, pytest.mark.long]

BUDGET = 600 * MEGABYTE
# What a render needs beside its pixels, and what the allocator keeps for the next one.
REST = 60 * MEGABYTE
TOGETHER = 8


def scenery(width: int, height: int) -> Any:
    """Slopes and waves, which compress as photos do not quite."""
    waves = pyvips.Image.sines(width, height, hfreq=width / 90, vfreq=height / 130) * 60 + 128
    place = pyvips.Image.xyz(width, height)
    slopes = (place[0] * (200 / width)).bandjoin(place[1] * (200 / height))
    return waves.bandjoin(slopes).cast("uchar").copy(interpretation="srgb")


@pytest.fixture(scope="module")
def service(local_s3: LocalS3, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """One process with a budget, which has rendered before."""
    environment = environment_for(
        local_s3,
        RENDER_MEMORY_BYTES=str(BUDGET),
        STORE_DERIVATIVES="false",
        RENDER_SECONDS="120",
        THUMBNAIL_WAIT_SECONDS="120",
        SOURCE_CACHE_SECONDS="0",
        MEMORY_CACHE_SECONDS="0",
    )
    with serve(tmp_path_factory.mktemp("memory"), environment) as running:
        key = store(local_s3, "first.jpg", scenery(500, 400).jpegsave_buffer())
        assert running.get(f"/t/50x50/u/{key}").status_code == 200
        yield running


@pytest.fixture(scope="module")
def jpeg(local_s3: LocalS3) -> str:
    """100 megapixels."""
    return store(local_s3, "huge.jpg", scenery(10_000, 10_000).jpegsave_buffer(Q=75))


@pytest.fixture(scope="module")
def progressive(local_s3: LocalS3) -> str:
    """100 megapixels, which a decoder holds as coefficients."""
    data = scenery(10_000, 10_000).jpegsave_buffer(Q=75, interlace=True)
    return store(local_s3, "progressive.jpg", data)


@pytest.fixture(scope="module")
def png(local_s3: LocalS3) -> str:
    """50 megapixels."""
    return store(
        local_s3, "huge.png", scenery(10_000, 5_000).pngsave_buffer(compression=1, filter="up")
    )


def grown(service: Service, *paths: str) -> int:
    """How many bytes above idle the service needs while it answers all paths at once."""
    (pid,) = service.children()
    idle = resident_bytes(pid)
    forget_peak(pid)
    with ThreadPoolExecutor(len(paths)) as pool:
        answers = list(pool.map(lambda path: service.get(path, timeout=240), paths))
    assert [answer.status_code for answer in answers] == [200] * len(paths), answers[0].text[:300]
    assert all(max(size_of(answer.content)) <= 700 for answer in answers)
    return peak_bytes(pid) - idle


def test_a_crop_of_100_megapixels(service: Service, jpeg: str) -> None:
    """A JPEG's crop takes less than 120 MB above idle: cropped by size, by hand, and turned."""
    for options in ("300x300", "1000x1000:9000x4000/400x150", "-0x300/filters:rotate(90)"):
        assert grown(service, f"/t/{options}/u/{jpeg}") < 120 * MEGABYTE, options


def test_a_png_of_50_megapixels(service: Service, png: str) -> None:
    """It takes less than 200 MB above idle."""
    for options in ("300x300", "fit-in/500x500"):
        assert grown(service, f"/t/{options}/u/{png}") < 200 * MEGABYTE, options


def test_eight_at_once(service: Service, jpeg: str, png: str, progressive: str) -> None:
    """Large renders wait for their turn: together they stay within the budget."""
    keys = [jpeg, png, progressive, progressive] * (TOGETHER // 4)
    # So little of a progressive one is wanted that all its scans are needed.
    paths = [f"/t/3000x2000:3900x2900/{500 + place}x600/u/{key}" for place, key in enumerate(keys)]
    assert grown(service, *paths) < BUDGET + REST
