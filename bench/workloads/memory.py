"""How much memory very large originals take, one and several at once."""

import math
from dataclasses import replace

from bench.client import together
from bench.figures import MB, Figures
from bench.report import Column, Section
from bench.servers.server import Job
from bench.stage import Player, Stage, refusals, say

AT_ONCE = 8
JPEG, PNG = Job("", 300, 300, fills=True, quality=80), Job("", format="png")
# The kind of original, what is asked of it, and how often at once.
CASES = {
    "jpeg": ("100mp", JPEG, 1),
    "jpeg-8": ("100mp", JPEG, AT_ONCE),
    "png": ("50mp", PNG, 1),
    "png-8": ("50mp", PNG, AT_ONCE),
}
COLUMNS = {
    "idle": Column("idle MB", "{:.0f}"),
    "jpeg": Column("JPEG, one", "{:.0f}"),
    "jpeg-8": Column(f"JPEG, {AT_ONCE} at once", "{:.0f}"),
    "png": Column("PNG, one", "{:.0f}"),
    "png-8": Column(f"PNG, {AT_ONCE} at once", "{:.0f}"),
}


def memory(stage: Stage) -> Section:
    """Each server anew for each case, so that it begins with what it has at rest."""
    failures: dict[str, str] = {}
    rows: dict[str, Figures] = {}
    for server in stage.servers:
        say(f"    {server.name}")
        with stage.playing(server) as player:
            rows[server.name] = {"idle": player.processes.resident_bytes() / MB}
        for case in CASES:
            with stage.playing(server) as player:
                rows[server.name][case] = _peak(stage, player, case, failures)
    about = (
        "The most resident memory above that at rest, in MB, each process's own peak added up: a "
        "JPEG of 100 megapixels filling 300x300, and a PNG of 50 fitted into 512x512; one, and "
        f"{AT_ONCE} at once."
    )
    return Section("memory", about, rows, failures, COLUMNS)


def _peak(stage: Stage, player: Player, case: str, failures: dict[str, str]) -> float:
    """Megabytes above those at rest."""
    kind, job, times = CASES[case]
    job = replace(job, source=stage.sources.of(kind)[0])
    with refusals(failures, player, COLUMNS[case].heading):
        # What is loaded with the first request is no image's.
        player.get(Job(stage.sources.of("tiny")[0], 16, 16, format="png"))
        player.processes.forget_peak()
        rest = player.processes.resident_bytes()
        together(player.place.port, [player.path(job.fresh()) for _ in range(times)])
        return (player.processes.peak_bytes() - rest) / MB
    return math.nan
