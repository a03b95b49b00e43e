"""What a request costs beside its pixels and its original's way: CPU of a 16x16 PNG in memory."""

from contextlib import ExitStack

from bench.figures import Figures
from bench.report import COLUMNS, Column, Section
from bench.servers.bare import Bare
from bench.servers.memory_loader import VARIABLE
from bench.servers.renuo import Renuo
from bench.servers.server import Job, Server
from bench.servers.thumbor import Thumbor
from bench.stage import Stage, refusals
from bench.workloads.hot import in_turns

CONF = 'LOADER = "bench.servers.memory_loader"\n'
NAMES = ("rate", "p50", "p99", "cpu")


def overhead(stage: Stage) -> Section:
    """Ours, stock Thumbor and a bare handler, one process each, in turns."""
    file = stage.sources.of("tiny")[0]
    path = stage.sources.path(file)
    servers: list[Server] = [
        Renuo("renuo-1", processes=1),
        Thumbor("thumbor-1", processes=1, threads=0),
        Thumbor("thumbor-1-pool", processes=1, threads=2),
        Bare(path),
    ]
    failures: dict[str, str] = {}
    rows: dict[str, Figures] = {}
    with ExitStack() as stack:
        environment = [(VARIABLE, str(path))]
        players = [
            stack.enter_context(stage.playing(server, environment, CONF)) for server in servers
        ]
        job = Job(file, 16, 16, format="png")
        for player in players:
            with refusals(failures, player):
                player.get(job)
        rows = in_turns(stage, players, job.fresh, failures)
    about = "A PNG of 16x16 pixels from a loader that has it in memory: the whole of a request."
    columns: dict[str, Column] = {name: COLUMNS[name] for name in NAMES}
    return Section("overhead", about, rows, failures, columns)
