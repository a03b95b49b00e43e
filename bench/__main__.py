"""python -m bench: measures the servers beside one another and writes bench/RESULTS.md."""

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bench import machine, photographs, quality
from bench.client import Bound
from bench.processes import free_port, running
from bench.report import Section, document
from bench.servers import SERVERS, named
from bench.sources import Sources
from bench.stage import Limits, Stage, say
from bench.workloads import WORKLOADS

RESULTS = Path(__file__).with_name("RESULTS.md")
QUICK = Limits(rounds=1, bound=Bound(seconds=0.5, requests=20), clients=2)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure what is chosen; what it prints last is what it writes."""
    chosen = parser().parse_args(arguments)
    given = " ".join(sys.argv[1:] if arguments is None else arguments)
    facts = machine.facts(f"python -m bench {given}".strip())
    if quality.missing():
        say(f"quality is not told: {quality.missing()}")
    with tempfile.TemporaryDirectory(prefix="bench-") as name, staged(Path(name), chosen) as stage:
        absent = {server.name: server.missing() for server in stage.servers if server.missing()}
        stage.servers = [server for server in stage.servers if server.name not in absent]
        absent |= stage.failing()
        versions = {server.name: server.version() for server in stage.servers}
        sections = [played(stage, workload) for workload in chosen.workloads.split(",")]
    body = "\n".join(section.markdown() for section in sections)
    report = document(facts, versions, absent, body)
    out = chosen.out or (None if chosen.quick else RESULTS)
    if out:
        out.write_text(report)
    print(report)


@contextmanager
def staged(folder: Path, chosen: argparse.Namespace) -> Iterator[Stage]:
    """The origin with its originals, and the servers that are to play in front of it."""
    originals = folder / "originals"
    originals.mkdir()
    sources = Sources(originals, _photographs(chosen), chosen.photos)
    port = free_port()
    command = [sys.executable, "-m", "bench.origin", str(port), str(originals)]
    with running(command, folder, {}, port, "/bench"):
        servers = named(chosen.servers.split(","))
        yield Stage(folder, f"http://127.0.0.1:{port}", sources, servers, _limits(chosen))


def played(stage: Stage, workload: str) -> Section:
    """One workload's results, told to the operator at once."""
    say(workload)
    section = WORKLOADS[workload](stage)
    say(section.markdown())
    return section


def _photographs(chosen: argparse.Namespace) -> list[photographs.Photograph]:
    if chosen.photos:
        found = photographs.of_folder(chosen.photos)
        return found[:2] if chosen.quick else found
    return photographs.made(photographs.QUICK_SIZES if chosen.quick else photographs.SIZES)


def _limits(chosen: argparse.Namespace) -> Limits:
    usual = QUICK if chosen.quick else Limits(3, Bound(3.0, 1_000_000), 2)
    return Limits(
        chosen.rounds or usual.rounds,
        Bound(chosen.seconds or usual.bound.seconds, chosen.requests or usual.bound.requests),
        chosen.clients or usual.clients,
    )


def parser() -> argparse.ArgumentParser:
    """The options."""
    found = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    every = ",".join(server.name for server in SERVERS)
    found.add_argument("--servers", default=every, help=f"some of {every}; ours first")
    every = ",".join(WORKLOADS)
    found.add_argument("--workloads", default=every, type=_workloads, help=f"some of {every}")
    found.add_argument("--photos", type=Path, help="a folder of photographs [made ones]")
    found.add_argument("--rounds", type=int, help="turns of each server [3]")
    found.add_argument("--seconds", type=float, help="of each turn [3]")
    found.add_argument("--requests", type=int, help="at most, in each turn [no limit]")
    found.add_argument("--clients", type=int, help="that ask at the same time [2]")
    found.add_argument("--quick", action="store_true", help="two pictures, one short round")
    found.add_argument(
        "--out", type=Path, help="where to write to [bench/RESULTS.md; --quick only prints]"
    )
    return found


def _workloads(text: str) -> str:
    for name in text.split(","):
        if name not in WORKLOADS:
            raise argparse.ArgumentTypeError(
                f"no workload {name!r}; some of {', '.join(WORKLOADS)}"
            )
    return text


if __name__ == "__main__":
    main()
