"""Ours, as `thumbor-renuo serve` runs it, with every cache off unless a workload turns one on."""

import sys
from importlib.metadata import version
from pathlib import Path

from bench.servers.server import APP, BUCKET, Job, Place, Server, thumbor_options
from bench.servers.thumbor import pillow

CONF = """\
import os
from thumbor_renuo.config import production
globals().update(production(os.environ))
"""
NAME, _, STAGE = APP.partition("-")
ENVIRONMENT = {
    "S3_BUCKET_NAME": BUCKET,
    "S3_PUBLIC_KEY": "bench",
    "S3_SECRET_KEY": "bench",
    "SECRET_KEY": "bench",
    "CDN_HOST": "cdn.example.com",
    "THUMBOR_SECURITY_KEY": "a key of the bench",
    "API_KEYS": f'{{"key":"1","private_key":"2","app_name":"{NAME}","env":"{STAGE}"}}',
    "LOG_LEVEL": "error",
    "STORE_DERIVATIVES": "false",
    "DERIVATIVES": "off",
    "MEMORY_CACHE_BYTES": "0",
    "MEMORY_CACHE_SECONDS": "0",
    "DECODED_CACHE_BYTES": "0",
    # What a workload asks for is to be made, not to be refused.
    "THUMBNAIL_QUEUE": "1000",
    "THUMBNAIL_WAIT_SECONDS": "300",
}


class Renuo(Server):
    """`thumbor-renuo serve` with so many processes."""

    ping = "/ping"

    def __init__(self, name: str, *, processes: int) -> None:
        self.name, self._processes = name, processes

    def version(self) -> str:
        """Ours, and those of what does our work."""
        libvips = f"pyvips {version('pyvips')}, pyvips-binary {version('pyvips-binary')}"
        ours = f"thumbor_renuo {version('thumbor_renuo')}, Thumbor {version('thumbor')}"
        return f"{ours}, {libvips}, {pillow()}, Tornado {version('tornado')}"

    def command(self, place: Place) -> list[str]:
        """Our own command."""
        conf = place.folder / "renuo.conf"
        conf.write_text(CONF + place.conf)
        program = Path(sys.executable).with_name("thumbor-renuo")
        listening = ["--bind", "127.0.0.1", "--port", str(place.port)]
        more = ["--processes", str(self._processes)]
        return [str(program), "serve", "--conf", str(conf), *listening, *more]

    def environment(self, place: Place) -> dict[str, str]:
        """Our options."""
        return {**ENVIRONMENT, "S3_ENDPOINT": place.origin}

    def path(self, job: Job, place: Place) -> str:
        """A plain path, as the CDN asks."""
        del place
        return f"/t/{thumbor_options(job)}/u/{job.key}"
