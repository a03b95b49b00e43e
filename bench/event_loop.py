"""What keeps the event loop busy, by kind of request: python bench/event_loop.py [photo.jpg].

The server runs here with asyncio's debug mode, which tells of callbacks over SLOW_SECONDS; while
one runs, a thread looks at the innermost function of ours, of Thumbor's or of Pillow's. The client
is another process on 127.0.0.1, and asks ASKED times for each kind.
"""

import asyncio
import logging
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path
from statistics import median
from typing import Any

from tornado.httpserver import HTTPServer

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from bench.delivery import photo  # noqa: E402
from bench.slow_callbacks import SlowCallbacks  # noqa: E402
from tests.conftest import make_config  # noqa: E402
from tests.integration.conftest import BUCKET, environment_for, store  # noqa: E402
from tests.ports import free_port  # noqa: E402
from thumbor_renuo.local_s3 import LocalS3  # noqa: E402
from thumbor_renuo.worker import application  # noqa: E402

SLOW_SECONDS, LOOK_SECONDS, ASKED = 0.005, 0.002, 40
CODE = ("thumbor_renuo", "thumbor", "PIL", "tornado", "asyncio", "botocore", "aiohttp")
CLIENT = """
import json, sys, urllib.request, urllib.error
url, headers, count = sys.argv[1], json.loads(sys.argv[2]), int(sys.argv[3])
for number in range(count):
    try:
        ask = urllib.request.Request(url.replace("{n}", str(number)), headers=headers)
        urllib.request.urlopen(ask, timeout=60).read()
    except urllib.error.HTTPError as error:
        if error.code >= 500: raise
"""


class Watch(SlowCallbacks):
    """Collects asyncio's slow callbacks, and what the loop's thread is doing meanwhile."""

    def __init__(self) -> None:
        super().__init__()
        self._beat = time.perf_counter()
        self._loop_thread = threading.get_ident()
        threading.Thread(target=self._look, daemon=True).start()

    async def beat(self) -> None:
        """Say again and again that the loop goes on."""
        while True:
            self._beat = time.perf_counter()
            await asyncio.sleep(LOOK_SECONDS / 2)

    def clear(self) -> None:
        """Begin anew."""
        super().clear()
        self.places: Counter[str] = Counter()

    def _look(self) -> None:
        while True:
            time.sleep(LOOK_SECONDS)
            if time.perf_counter() - self._beat > SLOW_SECONDS:
                self.places[_place(sys._current_frames().get(self._loop_thread))] += 1  # noqa: SLF001


def _place(frame: Any) -> str:
    while frame is not None:
        parts = Path(frame.f_code.co_filename).parts
        package = next((name for name in CODE if name in parts), "")
        if package and frame.f_code.co_name not in {"_run_once", "run_forever"}:
            return f"{package}: {parts[-1]} {frame.f_code.co_name}"
        frame = frame.f_back
    return "elsewhere"


async def ask(url: str, headers: str, count: int) -> None:
    """Have the client ask."""
    arguments = (sys.executable, "-c", CLIENT, url, headers, str(count))
    client = await asyncio.create_subprocess_exec(*arguments)
    if await client.wait():
        raise SystemExit(f"{url}: the client failed")


async def measure(s3: LocalS3, key: str) -> None:
    """Each kind in turn."""
    watch = Watch()
    logging.getLogger("asyncio").addHandler(watch)
    loop = asyncio.get_running_loop()
    loop.slow_callback_duration = SLOW_SECONDS
    loop.set_debug(True)
    beating = asyncio.create_task(watch.beat())
    urls = []
    for more in ({}, {"MEMORY_CACHE_BYTES": "0"}):
        port = free_port()
        config = make_config(**environment_for(s3, LOG_LEVEL="error", **more))
        HTTPServer(application(config)).listen(port, "127.0.0.1")
        urls.append(f"http://127.0.0.1:{port}")
    cached, uncached = urls
    kinds = {
        "refused (400)": (f"{cached}/t/9999x{{n}}/u/{key}", "{}"),
        "from memory": (f"{cached}/t/300x200/u/{key}", "{}"),
        "304 after one HEAD": (f"{uncached}/t/3{{n}}x200/u/{key}", '{"If-None-Match": "*"}'),
        "original, streamed": (f"{cached}/{key}", "{}"),
        "rendered": (f"{uncached}/t/4{{n}}x300/u/{key}", "{}"),
        "stored": (f"{uncached}/t/4{{n}}x300/u/{key}", "{}"),
    }
    for url, headers in kinds.values():
        await ask(url, headers, 1)
    for name, (url, headers) in kinds.items():
        watch.clear()
        await ask(url, headers, ASKED)
        report(name, watch)
    beating.cancel()


def report(name: str, watch: Watch) -> None:
    """One kind: how many callbacks were slow, how slow, and where."""
    slow = watch.milliseconds
    line = f"{name:20} {len(slow):4} callbacks over {SLOW_SECONDS * 1000:g} ms"
    if slow:
        line += f", median {median(slow):.0f}, most {max(slow):.0f} ms"
    print(line)
    for stop, count in watch.stops.most_common(4):
        print(f"    {count:4}  {stop}")
    seen = watch.places.total()
    for place, count in watch.places.most_common(6):
        print(f"    {count / seen:4.0%}  {place}")


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as name, LocalS3(Path(name), bucket=BUCKET) as s3:
        key = store(s3, "photo.jpg", photo())
        asyncio.run(measure(s3, key))


if __name__ == "__main__":
    main()
