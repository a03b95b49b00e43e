"""Processes that do jobs which may crash, hang or eat memory; whoever asks is told of it.

Deliberately not concurrent.futures: its pool breaks for good when one of its processes dies.
"""

import multiprocessing
import signal
import time
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from multiprocessing.connection import wait
from typing import Any, NamedTuple

from tests.hostile.worker_process import work

QUEUED = 16  # jobs that a worker has, so that it need not wait for the next one
FRESH_AFTER = 20_000  # jobs, after which a worker is replaced
_CONTEXT = multiprocessing.get_context("spawn")


class Outcome(NamedTuple):
    """What became of a job.

    Attributes:
        kind: done, fault (it raised), crash (its process died) or hang (it was killed).
        text: what the job returned, its traceback, or the signal.
        megabytes: by how much its process grew meanwhile, at most.
        seconds: how long it took.
    """

    kind: str
    text: str
    megabytes: int = 0
    seconds: float = 0.0


class Worker:
    """One process, and the jobs that it has been given.

    Args:
        task: `module:function`; takes a job and returns a str.
        seconds: longest time for a job, before the process is killed.
    """

    def __init__(self, task: str, seconds: float) -> None:
        self._task, self._seconds = task, seconds
        self.jobs: deque[Any] = deque()
        self._start()

    def _start(self) -> None:
        self.connection, theirs = _CONTEXT.Pipe()
        self._process = _CONTEXT.Process(target=work, args=(theirs, self._task), daemon=True)
        self._process.start()
        theirs.close()
        # It imports first, which takes its time where the machine is busy.
        self._since = time.monotonic() + 60
        self._answers = 0
        for job in self.jobs:
            self.connection.send(job)

    def give(self, job: Any) -> None:
        """Do this after all that was given before."""
        self.jobs.append(job)
        with suppress(BrokenPipeError):  # it has crashed; `answer` finds out
            self.connection.send(job)

    def is_late(self) -> bool:
        """Whether it has been at a job for too long."""
        return time.monotonic() > self._since + self._seconds

    def answer(self) -> Iterator[tuple[Any, Outcome]]:
        """What has become known of the first job, if anything."""
        try:
            if self.connection.poll():
                self._since = time.monotonic()
                outcome = Outcome(*self.connection.recv())
                self._answers += 1
                if outcome.kind != "ready":
                    yield self.jobs.popleft(), outcome
            elif self.is_late():
                yield self._end("hang")
        except (EOFError, ConnectionResetError):
            yield self._end("crash")
        if self._answers > FRESH_AFTER:
            self.stop()
            self._start()

    def _end(self, kind: str) -> tuple[Any, Outcome]:
        if not self.jobs:
            raise RuntimeError("a worker died without a job")
        if kind == "hang":
            self._process.kill()
        self._process.join()
        code = self._process.exitcode or 0
        text = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        job = self.jobs.popleft()
        self.connection.close()
        self._start()
        return job, Outcome(kind, text, seconds=self._seconds if kind == "hang" else 0)

    def stop(self) -> None:
        """End the process."""
        self.connection.close()
        self._process.kill()
        self._process.join()


def run(
    task: str, jobs: Iterable[Any], *, workers: int = 2, seconds: float = 20
) -> Iterator[tuple[Any, Outcome]]:
    """Do jobs in processes.

    Args:
        task: `module:function`; takes a job and returns a str.
        seconds: longest time for a job.

    Returns:
        each job with what became of it, in the order in which they end.
    """
    todo = iter(jobs)
    team = [Worker(task, seconds) for _ in range(workers)]
    try:
        for worker in team:
            _fill(worker, todo)
        while busy := [worker for worker in team if worker.jobs]:
            wait([worker.connection for worker in busy], timeout=1)
            for worker in busy:
                yield from worker.answer()
                _fill(worker, todo)
    finally:
        for worker in team:
            worker.stop()


def _fill(worker: Worker, todo: Iterator[Any]) -> None:
    while len(worker.jobs) < QUEUED:
        try:
            worker.give(next(todo))
        except StopIteration:
            return
