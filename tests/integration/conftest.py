"""A real S3 server, and our own processes in front of it as an operator starts them."""

import io
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import boto3
import pytest
import requests
from botocore.config import Config
from PIL import Image

from tests.conftest import ENVIRONMENT
from tests.integration.faulty_s3 import (  # noqa: F401
    fixture_faulty_s3,
    fixture_proxy,
    fixture_sound_proxy,
)
from tests.ports import free_port
from thumbor_renuo import local_s3 as local_s3_module
from thumbor_renuo.local_s3 import LocalS3

ROOT = Path(__file__).parents[2]
PROGRAMS = Path(sys.executable).parent
BUCKET = "photos"
PATIENCE = 20
APP, OTHER_APP = "foobar-develop", "shop-live"
API_KEY, OTHER_API_KEY = "key-of-foobar-5e1f", "key-of-shop-88d2"
PRIVATE_KEYS = ("private-of-foobar-1c", "private-of-shop-2d")
API_KEYS = ";".join(
    json.dumps({"key": key, "private_key": private, "app_name": name, "env": env})
    for key, private, name, env in (
        (API_KEY, PRIVATE_KEYS[0], "foobar", "develop"),
        (OTHER_API_KEY, PRIVATE_KEYS[1], "shop", "live"),
    )
)


@pytest.fixture(scope="session")
def local_s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalS3]:
    """One S3 server for all tests that leave it alone."""
    with embedded(tmp_path_factory.mktemp("s3")) as running:
        yield running


@contextmanager
def embedded(folder: Path) -> Iterator[LocalS3]:
    """An S3 server that is not given the seconds to finish what nobody waits for."""
    with LocalS3(folder, bucket=BUCKET) as running:
        yield running
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(local_s3_module, "_STOP_GRACE", 0.1)
            running.stop()


# -- waiting ------------------------------------------------------------------------------------


def eventually(ask: Callable[[], Any], what: str, seconds: float = PATIENCE) -> Any:
    """Ask until the answer is true, and return it; fail after so many seconds."""
    deadline = time.monotonic() + seconds
    while True:
        answer = ask()
        if answer:
            return answer
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.02)


def is_listening(port: int) -> bool:
    """Tell whether anybody takes connections on this port of loopback."""
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


# -- processes ----------------------------------------------------------------------------------


@contextmanager
def frozen(pid: int) -> Iterator[None]:
    """Stop a process meanwhile; it is stopped when each of its threads is, which takes a moment."""

    def is_stopped() -> bool:
        threads = Path(f"/proc/{pid}/task").iterdir()
        return all(stat_fields(f"{pid}/task/{thread.name}")[:1] == ["T"] for thread in threads)

    os.kill(pid, signal.SIGSTOP)
    try:
        eventually(is_stopped, "the process is stopped")
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def stat_fields(pid: int | str) -> list[str]:
    """Return state, parent, group, session… of a process (proc(5)); nothing when it is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []


def is_alive(pid: int) -> bool:
    """Tell whether the process runs: a zombie does not."""
    return stat_fields(pid)[:1] not in ([], ["Z"])


def session_members(session: int) -> list[int]:
    """Return the living processes of a session."""
    pids = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdecimal()]
    return [pid for pid in pids if is_alive(pid) and stat_fields(pid)[3:4] == [str(session)]]


@dataclass
class Service:
    """A running command of ours, leader of a session of its own."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path

    @property
    def pid(self) -> int:
        return self.process.pid

    @cached_property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def get(self, path: str, **more: Any) -> requests.Response:
        """GET over a connection of its own."""
        return requests.get(self.url + path, **{"timeout": PATIENCE, **more})

    def is_ready(self, path: str = "/ready") -> bool:
        """Tell whether the path is answered with 200; fail when the command has ended."""
        assert self.process.poll() is None, self.text()
        try:
            return self.get(path).status_code == 200
        except requests.RequestException:
            return False

    def children(self) -> set[int]:
        """Return the serving processes that are alive."""
        mine = set(session_members(self.pid)) - {self.pid}
        return {pid for pid in mine if stat_fields(pid)[1:2] == [str(self.pid)]}

    def text(self) -> str:
        """Return everything that the command has written."""
        return self.log.read_text()

    def lines(self, **wanted: Any) -> list[dict[str, Any]]:
        """Return the log lines that have these fields; whatever is not JSON fails."""
        lines = [json.loads(line) for line in self.text().splitlines()]
        return [line for line in lines if wanted.items() <= line.items()]

    def line(self, **wanted: Any) -> dict[str, Any]:
        """Wait for the one log line that has these fields."""
        found = eventually(lambda: self.lines(**wanted), f"a log line with {wanted}")
        assert len(found) == 1, found
        return found[0]

    def stop(self, number: int = signal.SIGTERM, seconds: float = PATIENCE) -> int:
        """Send a signal and return the exit code."""
        self.process.send_signal(number)
        return self.process.wait(seconds)

    def end(self) -> None:
        """Stop without waiting for what might still come: with a second signal (server.py)."""
        for number in (signal.SIGTERM, signal.SIGINT):  # of two equal ones, one might be lost
            self.process.send_signal(number)
        self.process.wait(PATIENCE)


@contextmanager
def running(
    arguments: list[str], port: int, folder: Path, environment: dict[str, str]
) -> Iterator[Service]:
    """Run a command of ours; at the end stop it and see that no process of it remains."""
    log = folder / f"{Path(arguments[0]).name}-{port}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [str(PROGRAMS / arguments[0]), *arguments[1:]],
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], "HOME": str(folder), **environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    service = Service(process, port, log)
    try:
        yield service
        if process.poll() is None:
            service.end()
        eventually(lambda: not session_members(process.pid), "no process remains")
    finally:
        for pid in session_members(process.pid):
            os.kill(pid, signal.SIGKILL)
        process.wait(PATIENCE)


def environment_for(s3: LocalS3, **changes: str) -> dict[str, str]:
    """Return the environment of a sound set-up in front of this S3 server."""
    return {
        **ENVIRONMENT,
        "S3_ENDPOINT": s3.endpoint,
        "S3_BUCKET_NAME": s3.bucket,
        "S3_PUBLIC_KEY": s3.access_key,
        "S3_SECRET_KEY": s3.secret_key,
        "S3_REGION": s3.region,
        "S3_POLICY_DIALECT": "seaweedfs",
        "API_KEYS": API_KEYS,
        **changes,
    }


@contextmanager
def serve(
    folder: Path, environment: dict[str, str], *, processes: int = 1, ready: str = "/ready"
) -> Iterator[Service]:
    """`thumbor-renuo serve`, from the moment that it answers the path `ready` with 200."""
    port = free_port()
    arguments = ["thumbor-renuo", "serve", "--bind", "127.0.0.1", "--port", str(port)]
    arguments += ["--processes", str(processes)]
    with running(arguments, port, folder, environment) as service:
        eventually(lambda: service.is_ready(ready), f"{ready} answers")
        yield service


@contextmanager
def thumbor(folder: Path, environment: dict[str, str]) -> Iterator[Service]:
    """`thumbor -c thumbor.conf`, from the moment that it is ready."""
    port = free_port()
    arguments = ["thumbor", "-c", str(ROOT / "thumbor.conf"), "-p", str(port), "-i", "127.0.0.1"]
    with running(arguments, port, folder, environment) as service:
        eventually(service.is_ready, "/ready answers")
        yield service


# -- objects ------------------------------------------------------------------------------------


def noise(width: int, height: int, image_format: str = "JPEG") -> bytes:
    """Make a picture that does not compress."""
    grain = Image.effect_noise((width, height), 120)
    picture = Image.merge("RGB", [grain, grain.rotate(180), grain.transpose(Image.FLIP_LEFT_RIGHT)])
    file = io.BytesIO()
    picture.save(file, image_format, **({"quality": 95} if image_format == "JPEG" else {}))
    return file.getvalue()


def size_of(picture: bytes) -> tuple[int, int]:
    """Return width and height."""
    return Image.open(io.BytesIO(picture)).size


def s3_client(s3: LocalS3) -> Any:
    """Return a client with the server's credentials."""
    return boto3.client(
        "s3",
        endpoint_url=s3.endpoint,
        region_name=s3.region,
        aws_access_key_id=s3.access_key,
        aws_secret_access_key=s3.secret_key,
        config=Config(s3={"addressing_style": "path"}, proxies={}),
    )


def store(s3: LocalS3, name: str, content: bytes, app: str = APP) -> str:
    """Put an object under a prefix as uploads have it, and return its key."""
    groups = "/".join(re.findall("....", uuid.uuid4().hex))
    key = f"o/{app}/qstu/{groups}/{name}"
    s3_client(s3).put_object(Bucket=s3.bucket, Key=key, Body=content)
    return key


def post_form(policy: dict[str, Any], name: str, content: bytes) -> int:
    """Upload as the old browser clients do, `file` last, and return S3's status."""
    fields = {field.replace("_", "-"): str(value) for field, value in policy["data"].items()}
    return requests.post(
        policy["url"], data=fields, files={"file": (name, content)}, timeout=PATIENCE
    ).status_code
