"""Renders mutated files in worker processes for a while, and keeps what broke them.

    python -m tests.fuzz --seconds 3600 --seed 1 --workers 2 --keep findings
    python -m tests.fuzz --show 1000000042     # what one file does, in this process

The status is 1 where something was found: a crash, a hang, an exception that is no RenuoError, or
more memory than a small picture can need.
"""

import argparse
import itertools
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.fuzz.mutate import mutated
from tests.fuzz.target import fuzz_one
from tests.hostile.workers import Outcome, run

FILES_OF_A_SEED = 1_000_000_000
TASK = "tests.fuzz.target:fuzz_one"
SECONDS_A_FILE = 12.0
MEGABYTES = 300
REPORT_EVERY = 30.0  # seconds


class Findings:
    """Counts outcomes, and keeps the first files of each fault.

    Args:
        folder: made when there is something to be kept.
    """

    EACH = 3

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.counts: Counter[str] = Counter()
        self.faults: Counter[str] = Counter()
        self._started = time.monotonic()

    def add(self, number: int, outcome: Outcome) -> None:
        """Take note of a file."""
        is_large = outcome.megabytes > MEGABYTES
        if outcome.kind == "done" and not is_large:
            self.counts[" ".join(outcome.text.split()[:2])] += 1
            return
        kind, data = mutated(number)
        what = "memory" if is_large and outcome.kind == "done" else outcome.kind
        name = f"{what} {kind} {_where(outcome.text)}"
        self.faults[name] += 1
        if self.faults[name] <= self.EACH:
            self._folder.mkdir(parents=True, exist_ok=True)
            (self._folder / f"{what}-{number}.{kind}").write_bytes(data)
            told = f"{outcome.text}\n{outcome.megabytes} MB, {outcome.seconds:.1f} s\n"
            (self._folder / f"{what}-{number}.txt").write_text(told)
            print(f"{number}: {name}", flush=True)

    def report(self) -> str:
        """All there is to say."""
        files = sum(self.counts.values()) + sum(self.faults.values())
        rate = files / (time.monotonic() - self._started)
        lines = [f"{files} files, {rate:.0f} a second, {sum(self.faults.values())} faults"]
        lines += [f"  {count:8} {name}" for name, count in sorted(self.counts.items())]
        lines += [f"  {count:8} FAULT {name}" for name, count in self.faults.most_common()]
        return "\n".join(lines)


def _where(text: str) -> str:
    """A traceback's last frame and line: what is the same for the same fault."""
    lines = text.strip().splitlines()
    frames = [line.strip() for line in lines if line.lstrip().startswith('File "')]
    return " ".join([*frames[-1:], *lines[-1:]])[:300]


def numbers(seed: int, seconds: float) -> Iterator[int]:
    """The numbers of a seed's files, until the time is over."""
    end = time.monotonic() + seconds
    for number in itertools.count(seed * FILES_OF_A_SEED):
        if time.monotonic() > end:
            return
        yield number


def main() -> int:
    """Fuzz as the command line says."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--keep", type=Path, default=Path("fuzz-findings"))
    parser.add_argument("--show", type=int, help="the number of one file")
    options = parser.parse_args()
    if options.show is not None:
        print(fuzz_one(options.show))
        return 0
    findings, said = Findings(options.keep), time.monotonic()
    jobs = numbers(options.seed, options.seconds)
    for number, outcome in run(TASK, jobs, workers=options.workers, seconds=SECONDS_A_FILE):
        findings.add(number, outcome)
        if time.monotonic() > said + REPORT_EVERY:
            said = time.monotonic()
            print(findings.report().splitlines()[0], flush=True)
    print(findings.report())
    return 1 if findings.faults else 0


if __name__ == "__main__":
    sys.exit(main())
