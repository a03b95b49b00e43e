"""A server's processes: started as a session of their own, weighed while they work, ended."""

import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self

START_SECONDS, STOP_SECONDS = 30, 5
TICKS = os.sysconf("SC_CLK_TCK")
# Fields of /proc/<pid>/stat after the command's name, proc(5).
STATE, SESSION, TIMES = 0, 3, slice(11, 15)


class StartError(Exception):
    """A server does not come up; the message ends with its log."""


class Processes:
    """All processes of one command, and what they have cost."""

    def __init__(
        self, command: list[str], folder: Path, environment: Mapping[str, str], port: int
    ) -> None:
        self.port, self._log = port, folder / "log"
        inherited = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        root = Path(__file__).parent.parent
        given = {"HOME": str(folder), "PYTHONPATH": str(root), **inherited, **environment}
        with self._log.open("wb") as output:
            self._leader = subprocess.Popen(
                command,
                cwd=folder,
                env=given,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def wait(self, path: str) -> None:
        """Wait until the path is answered, whatever with.

        Raises:
            StartError: it ends, or does not answer in time.
        """
        deadline = time.monotonic() + START_SECONDS
        while not self._answers(path):
            if self._leader.poll() is not None or time.monotonic() > deadline:
                raise StartError(f"it does not come up: {self.log()[-500:].strip()}")
            time.sleep(0.05)

    def _answers(self, path: str) -> bool:
        url = f"http://127.0.0.1:{self.port}{path}"
        try:
            with urllib.request.urlopen(url, timeout=START_SECONDS) as answer:
                return bool(answer.status)
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False

    def log(self) -> str:
        """Everything that it has written."""
        return self._log.read_text(errors="replace")

    def cpu_seconds(self) -> float:
        """What all processes, and those of theirs that have ended, have used until now."""
        ticks = sum(sum(map(int, stat[TIMES])) for _, stat in self._members())
        return ticks / TICKS

    def resident_bytes(self) -> int:
        """The resident memory of all processes now."""
        return self._status("VmRSS")

    def peak_bytes(self) -> int:
        """The most that each was resident since forget_peak, added up."""
        return self._status("VmHWM")

    def forget_peak(self) -> None:
        """Let the peaks begin anew: "5" to clear_refs, proc(5)."""
        for pid, _ in self._members():
            with suppress(FileNotFoundError, ProcessLookupError):
                Path(f"/proc/{pid}/clear_refs").write_text("5")

    def stop(self) -> None:
        """End all processes."""
        with suppress(ProcessLookupError):
            os.killpg(self._leader.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self._leader.wait(STOP_SECONDS)
        for pid, _ in self._members():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._leader.wait(STOP_SECONDS)

    def _status(self, name: str) -> int:
        return sum(_kibibytes(pid, name) for pid, _ in self._members()) * 1024

    def _members(self) -> Iterator[tuple[int, list[str]]]:
        """The living processes of the session, with the fields of their stat."""
        for entry in Path("/proc").iterdir():
            stat = _stat(entry) if entry.name.isdecimal() else []
            if stat and stat[SESSION] == str(self._leader.pid) and stat[STATE] != "Z":
                yield int(entry.name), stat


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


@contextmanager
def running(
    command: list[str], folder: Path, environment: Mapping[str, str], port: int, path: str
) -> Iterator[Processes]:
    """A command, from the moment that it answers the path."""
    with Processes(command, folder, environment, port) as processes:
        processes.wait(path)
        yield processes


def _stat(entry: Path) -> list[str]:
    try:
        return (entry / "stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []


def _kibibytes(pid: int, name: str) -> int:
    with suppress(FileNotFoundError, ProcessLookupError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith(f"{name}:"):
                return int(line.split()[1])
    return 0
