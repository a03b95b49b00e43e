"""Stock Thumbor with its Pillow engine and its HTTP loader."""

import sys
from importlib.metadata import version
from pathlib import Path

from PIL import features

from bench.servers.server import Job, Place, Server, thumbor_options

CONF = """\
ENGINE = "thumbor.engines.pil"
ENGINE_THREADPOOL_SIZE = {threads}
LOADER = "thumbor.loaders.http_loader"
STORAGE = "thumbor.storages.no_storage"
RESULT_STORAGE = None
PROGRESSIVE_JPEG = True
RESPECT_ORIENTATION = True
AVIF_SPEED = 9
ALLOW_UNSAFE_URL = True
HTTP_LOADER_CONNECT_TIMEOUT = 300
HTTP_LOADER_REQUEST_TIMEOUT = 300
MAX_PIXELS = 200e6
"""


class Thumbor(Server):
    """`thumbor` with so many processes, and so many threads for its engine in each."""

    def __init__(self, name: str, *, processes: int, threads: int) -> None:
        self.name, self._processes, self._threads = name, processes, threads

    def version(self) -> str:
        """Thumbor's, and those of what does its work."""
        return f"Thumbor {version('thumbor')}, {pillow()}, Tornado {version('tornado')}"

    def command(self, place: Place) -> list[str]:
        """Thumbor's own command."""
        conf = place.folder / "thumbor.conf"
        conf.write_text(CONF.format(threads=self._threads) + place.conf)
        program = Path(sys.executable).with_name("thumbor")
        listening = ["--ip", "127.0.0.1", "--port", str(place.port)]
        more = ["--processes", str(self._processes), "--log-level", "error"]
        return [str(program), "--conf", str(conf), *listening, *more]

    def path(self, job: Job, place: Place) -> str:
        """An unsigned URL."""
        return f"/unsafe/{thumbor_options(job)}/{place.url(job)}"


def pillow() -> str:
    """Pillow's version, and those of its codecs."""
    codecs = {"libjpeg-turbo": "libjpeg_turbo", "libwebp": "webp", "libavif": "avif"}
    known = ", ".join(f"{name} {features.version(key)}" for name, key in codecs.items())
    return f"Pillow {version('pillow')} ({known}, zlib {features.version('zlib')})"
