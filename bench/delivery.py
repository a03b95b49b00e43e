"""Two apps at one process, one of them flooding: python bench/delivery.py [photo.jpg].

In one run, in turns: the second app's latency while nobody else asks, and while the first asks for
FLOOD sizes at once that nobody has asked for before. Every image is new, so each one is rendered.
Loads 127.0.0.1 only, with CLIENTS connections.
"""

import asyncio
import io
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from statistics import median
from typing import Any

import aiohttp
from PIL import Image

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from tests.integration.conftest import (  # noqa: E402
    APP,
    BUCKET,
    OTHER_APP,
    environment_for,
    store,
)
from tests.ports import free_port  # noqa: E402
from thumbor_renuo.local_s3 import LocalS3  # noqa: E402

FLOOD, CLIENTS, IDLE, ROUNDS = 500, 64, 40, 2
OK = 200
# The flood is to wait, not to be refused.
PATIENT = {"THUMBNAIL_QUEUE": "1000", "THUMBNAIL_WAIT_SECONDS": "60"}
Latencies = dict[str, list[float]]


def photo() -> bytes:
    """A picture of 12 megapixels, or the file that is named."""
    if len(sys.argv) > 1:
        return Path(sys.argv[1]).read_bytes()
    grain = Image.effect_noise((1000, 750), 60).resize((4000, 3000), Image.Resampling.BICUBIC)
    picture = Image.merge(
        "RGB", [grain, grain.rotate(180), Image.linear_gradient("L").resize((4000, 3000))]
    )
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=90)
    return file.getvalue()


def new_sizes(url: str, key: str) -> Iterator[str]:
    """Thumbnails that nobody has asked for before."""
    return (f"{url}/t/{300 + size}x{200 + size}/u/{key}" for size in count())


async def timed(session: aiohttp.ClientSession, path: str) -> float:
    """Milliseconds of one answer; anything but 200 ends the run."""
    began = time.perf_counter()
    async with session.get(path) as answer:
        await answer.read()
        if answer.status != OK:
            raise SystemExit(f"{path}: {answer.status}")
    return (time.perf_counter() - began) * 1000


async def flood(session: aiohttp.ClientSession, paths: Iterator[str]) -> list[float]:
    """FLOOD images by CLIENTS clients, each asking for the next as soon as it has one."""
    work = [next(paths) for _ in range(FLOOD)]

    async def client() -> list[float]:
        found = []
        while work:
            found.append(await timed(session, work.pop()))
        return found

    return [
        one for found in await asyncio.gather(*(client() for _ in range(CLIENTS))) for one in found
    ]


async def alone(session: aiohttp.ClientSession, paths: Iterator[str]) -> list[float]:
    """IDLE images, one after the other."""
    return [await timed(session, next(paths)) for _ in range(IDLE)]


async def beside(session: aiohttp.ClientSession, paths: Iterator[str], other: Any) -> list[float]:
    """Images, one after the other, for as long as the flood goes on."""
    found = []
    await asyncio.sleep(0.5)
    while not other.done():
        found.append(await timed(session, next(paths)))
    return found[:-1] or found


async def measure(url: str, keys: tuple[str, str]) -> tuple[Latencies, list[float]]:
    """All turns, ROUNDS times."""
    flooding, visited = (new_sizes(url, key) for key in keys)
    latencies: Latencies = {"alone": [], "beside a flood": [], "the flood's own": []}
    seconds = []
    connector = aiohttp.TCPConnector(limit=CLIENTS + 1)
    async with aiohttp.ClientSession(connector=connector) as session:
        for _ in range(ROUNDS):
            latencies["alone"] += await alone(session, visited)
            began = time.perf_counter()
            other = asyncio.create_task(flood(session, flooding))
            latencies["beside a flood"] += await beside(session, visited, other)
            latencies["the flood's own"] += await other
            seconds.append(time.perf_counter() - began)
    return latencies, seconds


def main() -> None:
    """Print medians and their ratio."""
    port = free_port()
    program = Path(sys.executable).with_name("thumbor-renuo")
    command = [program, "serve", "--bind", "127.0.0.1", "--port", str(port), "--processes", "1"]
    with (
        tempfile.TemporaryDirectory() as name,
        open(os.devnull, "w") as nowhere,
        LocalS3(Path(name) / "s3", bucket=BUCKET) as s3,
    ):
        data = photo()
        keys = store(s3, "a.jpg", data, APP), store(s3, "b.jpg", data, OTHER_APP)
        environment = {"PATH": os.environ["PATH"], **environment_for(s3, **PATIENT)}
        serving = subprocess.Popen(command, env=environment, stdout=nowhere, stderr=nowhere)
        try:
            url = f"http://127.0.0.1:{port}"
            asyncio.run(ready(url))
            latencies, seconds = asyncio.run(measure(url, keys))
        finally:
            serving.terminate()
            serving.wait(30)
    report(latencies, seconds, len(data))


async def ready(url: str) -> None:
    """Wait until the server answers."""
    deadline = time.monotonic() + 30
    async with aiohttp.ClientSession() as session:
        while time.monotonic() < deadline:
            try:
                async with session.get(f"{url}/ready") as answer:
                    if answer.status == OK:
                        return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.1)
    raise SystemExit("the server does not answer")


def report(latencies: Latencies, seconds: list[float], size: int) -> None:
    """Medians, and each as a multiple of the idle one."""
    print(json.dumps({"source_bytes": size, "flood": FLOOD, "clients": CLIENTS, "rounds": ROUNDS}))
    whole = median(latencies["alone"])
    for name, found in latencies.items():
        found.sort()
        middle, late = median(found), found[int(len(found) * 0.95)]
        print(
            f"{name:18} {len(found):5} answers  {middle:8.1f} ms  p95 {late:8.1f}  "
            f"{middle / whole:6.2f} x"
        )
    print(f"renders a second during the flood: {FLOOD / median(seconds):.1f} and those beside it")


if __name__ == "__main__":
    main()
