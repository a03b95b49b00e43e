"""A real Redis server for tests: on loopback, keeping nothing."""

import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.ports import free_port

PROGRAM = shutil.which("redis-server", path="/usr/bin:/usr/local/bin") or ""
PATIENCE = 20
needs_redis = pytest.mark.skipif(
    not PROGRAM, reason="needs the program redis-server (Debian's package redis-server)"
)


class RedisProcess:
    """A Redis server that can be stopped and started again, empty each time.

    Args:
        folder: where it writes its log.
        options: as on its command line, `("--requirepass", "secret")`.
    """

    def __init__(self, folder: Path, options: tuple[str, ...] = ()) -> None:
        self.port = free_port()
        self.log = folder / "redis.log"
        self._options = options
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it; return when it answers."""
        assert PROGRAM, "there is no redis-server"
        settings = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", ""]
        settings += ["--appendonly", "no", "--dir", str(self.log.parent), *self._options]
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(
                [PROGRAM, *settings], stdout=output, stderr=output, stdin=subprocess.DEVNULL
            )
        deadline = time.monotonic() + PATIENCE
        while not self._answers():
            assert self._process.poll() is None, self.log.read_text()
            assert time.monotonic() < deadline, f"no Redis within {PATIENCE} s"
            time.sleep(0.01)

    def kill(self) -> None:
        """End it at once: connections break, and everything in it is lost."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(PATIENCE)
            self._process = None

    def empty(self) -> None:
        """Forget everything that was stored."""
        assert self._says(b"FLUSHALL").startswith(b"+OK")

    def freeze(self) -> None:
        """Let it take connections and never answer."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it answer again."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def _answers(self) -> bool:
        with suppress(OSError):
            return self._says(b"PING").startswith((b"+PONG", b"-NOAUTH"))
        return False

    def _says(self, command: bytes) -> bytes:
        with socket.create_connection(("127.0.0.1", self.port), PATIENCE) as client:
            client.sendall(command + b"\r\n")
            return client.recv(64)


@contextmanager
def redis_server(*options: str) -> Iterator[RedisProcess]:
    """A running Redis server, killed afterwards."""
    with TemporaryDirectory(prefix="redis-") as folder:
        server = RedisProcess(Path(folder), options)
        try:
            server.start()
            yield server
        finally:
            server.kill()
