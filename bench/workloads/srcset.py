"""Five widths of one photograph, asked for together, as a page's srcset brings them."""

import time
from dataclasses import replace

from bench.client import together
from bench.figures import Tally, over_pictures
from bench.report import COLUMNS, Column, Section
from bench.servers.server import Job
from bench.stage import Player, Stage, refusals, say

SIDES = (320, 640, 960, 1280, 1920)
# Our cache of decoded originals is as it is by default: an empty variable counts as not set.
ENVIRONMENT = (("DECODED_CACHE_BYTES", ""),)
NAMES = {"p50": "p50 ms", "p99": "p99 ms", "cpu": "CPU ms", "peak": "peak MB"}


def srcset(stage: Stage) -> Section:
    """Time until all of them are there; CPU for all of them."""
    files = stage.sources.of("photo")
    failures: dict[str, str] = {}
    with stage.all_playing(stage.servers, ENVIRONMENT) as players:
        tallies = {player.server.name: {file: Tally() for file in files} for player in players}
        for player in players:
            with refusals(failures, player):
                _ask(player, files[0])
        for player in stage.rounds(players):
            if player.server.name not in failures:
                say(f"    {player.server.name}")
                with refusals(failures, player):
                    for file, tally in tallies[player.server.name].items():
                        _turn(stage, player, file, tally)
    rows = {
        name: over_pictures([tally.figures() for tally in each.values()])
        for name, each in tallies.items()
        if name not in failures
    }
    columns: dict[str, Column] = {key: COLUMNS[key] for key in NAMES}
    about = (
        f"One photograph fitted into squares of {', '.join(map(str, SIDES))} pixels, JPEG 80, all "
        "asked for at once over connections of their own: time until the last has come, CPU for "
        "all of them. Each photograph is new; our cache of decoded originals is on."
    )
    return Section("srcset", about, rows, failures, columns)


def _ask(player: Player, file: str) -> float:
    whole = Job(file, quality=80).fresh()
    jobs = [replace(whole, width=side, height=side) for side in SIDES]
    return together(player.place.port, [player.path(job) for job in jobs])


def _turn(stage: Stage, player: Player, file: str, tally: Tally) -> None:
    processes, bound = player.processes, stage.limits.bound
    processes.forget_peak()
    before, began = processes.cpu_seconds(), time.perf_counter()
    latencies: list[float] = []
    while not latencies or (
        len(latencies) < bound.requests and time.perf_counter() - began < bound.seconds
    ):
        latencies.append(_ask(player, file))
    cpu = processes.cpu_seconds() - before
    rate = len(latencies) / (time.perf_counter() - began)
    tally.add(rate, latencies, cpu, processes.peak_bytes())
