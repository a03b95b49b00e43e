"""The same image again and again, from memory, beside a handler that has nothing to decide."""

from collections.abc import Callable

from bench.figures import Figures, Tally
from bench.report import COLUMNS, Section
from bench.servers.bare import Bare
from bench.servers.renuo import Renuo
from bench.servers.server import Job
from bench.stage import Player, Stage, refusals, say

# Our cache of results is as it is by default.
ENVIRONMENT = (("MEMORY_CACHE_BYTES", ""), ("MEMORY_CACHE_SECONDS", ""))
NAMES = ("rate", "p50", "p99", "cpu", "bytes")


def hot(stage: Stage) -> Section:
    """One process of ours, and one of the handler that answers the same bytes."""
    job = Job(stage.sources.of("photo")[0], quality=80)
    failures: dict[str, str] = {}
    with stage.playing(Renuo("renuo-1", processes=1), ENVIRONMENT) as ours:
        answer = ours.get(job)
        file = ours.place.folder / "answer.jpg"
        file.write_bytes(answer)
        with stage.playing(Bare(file)) as bare:
            rows = in_turns(stage, [ours, bare], lambda: job, failures)
    for figures in rows.values():
        figures["bytes"] = len(answer)
    about = "The same thumbnail again, one process of ours with its cache in memory."
    columns = {name: COLUMNS[name] for name in NAMES}
    return Section("hot", about, rows, failures, columns)


def in_turns(
    stage: Stage, players: list[Player], new_job: Callable[[], Job], failures: dict[str, str]
) -> dict[str, Figures]:
    """The figures of each player that has not failed."""
    tallies = {player.server.name: Tally() for player in players}
    for player in stage.rounds(players):
        name = player.server.name
        if name in failures:
            continue
        say(f"    {name}")
        with refusals(failures, player):
            turn = stage.turn(player, new_job)
            load = turn.load
            tallies[name].add(load.rate, load.latencies, turn.cpu_seconds, turn.peak_bytes)
    return {name: tally.figures() for name, tally in tallies.items() if name not in failures}
