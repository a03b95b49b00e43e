"""What a worker runs in its process: jobs that may crash it, one after the other."""

import importlib
import resource
import sys
import time
import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

ADDRESSES = 6 * 1024**3  # bytes of address space
MEGABYTE = 1024  # in kB


def work(connection: Connection, name: str) -> None:
    """Answer each job with its outcome (workers.py), until the connection is closed.

    Args:
        name: `module:function`; takes a job and returns a str.
    """
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESSES, ADDRESSES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    module, _, function = name.partition(":")
    task: Callable[[Any], str] = getattr(importlib.import_module(module), function)
    connection.send(("ready", ""))
    while True:
        try:
            job = connection.recv()
        except EOFError:
            sys.exit()
        before, start = _memory_from_now(), time.monotonic()
        kind, text = _done(task, job)
        grown = (_kilobytes("VmHWM") - before) // MEGABYTE
        connection.send((kind, text, grown, time.monotonic() - start))


def _done(task: Callable[[Any], str], job: Any) -> tuple[str, str]:
    try:
        return "done", task(job)
    except BaseException:  # noqa: BLE001  (MemoryError and SystemExit are found here, too)
        return "fault", traceback.format_exc()


def _memory_from_now() -> int:
    """Forget the most memory there ever was (proc(5), clear_refs); returns what there is, in kB."""
    Path("/proc/self/clear_refs").write_text("5")
    return _kilobytes("VmRSS")


def _kilobytes(name: str) -> int:
    status = Path("/proc/self/status").read_text()
    return int(status.partition(name + ":")[2].split()[0])
