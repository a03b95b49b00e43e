"""The pool tells what becomes of its jobs, whatever they do."""

import os
import time

from tests.hostile.workers import Outcome, run

TASK = "tests.hostile.test_workers:job"


def job(what: str) -> str:
    """Do as told."""
    if what == "crash":
        os.abort()
    if what == "hang":
        time.sleep(1000)
    if what == "eat":
        return str(len(bytearray(200 * 1024**2)))
    if what == "raise":
        raise ValueError("a fault")
    return what


def test_each_job_has_its_outcome() -> None:
    """Jobs before and after a crash, a hang and a fault are done, each once."""
    jobs = ["a", "crash", "b", "raise", "c", "hang", "d", "eat", "crash", "e"]
    outcomes = list(run(TASK, jobs, workers=2, seconds=1.5))
    assert sorted(name for name, _ in outcomes) == sorted(jobs)
    kinds = {name: outcome.kind for name, outcome in outcomes}
    assert {name: kind for name, kind in kinds.items() if kind != "done"} == {
        "crash": "crash", "hang": "hang", "raise": "fault",
    }  # fmt: skip


def test_a_fault_is_told() -> None:
    """With its traceback, a crash with its signal, and memory in megabytes."""
    by_name: dict[str, Outcome] = dict(run(TASK, ["raise", "crash", "eat"], workers=1))
    assert "ValueError: a fault" in by_name["raise"].text
    assert by_name["crash"].text == "SIGABRT"
    assert 190 < by_name["eat"].megabytes < 230
