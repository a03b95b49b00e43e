"""How long a process answers nobody while it makes the heaviest images that are allowed."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from http.client import HTTPException
from math import ceil

from bench.client import RefusedError, connect, get_once
from bench.figures import MS, Figures, percentile
from bench.report import Column, Section
from bench.servers.renuo import Renuo
from bench.servers.server import Job, Server
from bench.servers.thumbor import Thumbor
from bench.servers.watched import SLOW_SECONDS, Watched
from bench.slow_callbacks import SlowCallbacks
from bench.stage import Player, Stage, say

REQUESTS, EVERY_SECONDS, WATCH_SECONDS = 50, 0.05, 60.0
SIDE = 2000
# Nearly all of the 600 million steps that ours allows the filters of an image.
FILTERS = "blur(20):noise(40):watermark({mark},repeat,repeat,60)"
COLUMNS = {
    "pings": Column("pings", "{:.0f}", "no"),
    "p50": Column("p50 ms", "{:.1f}"),
    "p99": Column("p99 ms", "{:.1f}"),
    "most": Column("longest ms", "{:.1f}"),
    "done": Column("images made", "{:.0f}", "no"),
}


def event_loop(stage: Stage) -> Section:
    """One process each: the heavy requests all at once, and a ping as often as it may be."""
    servers: list[Server] = [
        Renuo("renuo-1", processes=1),
        Thumbor("thumbor-1", processes=1, threads=0),
        Thumbor("thumbor-1-pool", processes=1, threads=2),
    ]
    rows: dict[str, Figures] = {}
    failures: dict[str, str] = {}
    for server in servers:
        say(f"    {server.name}")
        with stage.playing(server) as player:
            rows[server.name] = _pinged(player, _paths(stage, player), failures)
    with stage.playing(Watched()) as player:
        say(f"    {player.server.name}")
        _pinged(player, _paths(stage, player), failures)
    slow = SlowCallbacks()
    for line in player.processes.log().splitlines():
        slow.take(line)
    about = (
        f"{REQUESTS} requests at once of a 24-megapixel JPEG in {SIDE}x{SIDE} with blur, noise and "
        "a repeated watermark, while one client pings every "
        f"{EVERY_SECONDS * MS:.0f} ms, until all are made or for {WATCH_SECONDS:.0f} s: one "
        "process each."
    )
    return Section("event-loop", about, rows, failures, COLUMNS, _notes(slow))


def _notes(slow: SlowCallbacks) -> list[str]:
    count = len(slow.milliseconds)
    most = f", the longest {max(slow.milliseconds):.0f} ms" if count else ""
    limit = f"{SLOW_SECONDS * MS:.0f} ms"
    first = f"Ours once more in asyncio's debug mode: {count} callbacks over {limit}{most}."
    return [first, *(f"{often} of them: `{place}`" for place, often in slow.stops.most_common(6))]


def _paths(stage: Stage, player: Player) -> list[str]:
    """A path for each request, none of them like another."""
    job = Job(stage.sources.of("24mp")[0], SIDE, SIDE, fills=True, quality=80)
    mark = replace(job, source=stage.sources.of("mark")[0])
    ours = isinstance(player.server, Renuo)
    filters = FILTERS.format(mark=mark.key if ours else player.place.url(mark))
    return [
        player.path(job.fresh()).replace("filters:", f"filters:{filters}:", 1)
        for _ in range(REQUESTS)
    ]


def _pinged(player: Player, paths: list[str], failures: dict[str, str]) -> Figures:
    """Ask for all paths, and ping until the last is there or the time is over."""
    with ThreadPoolExecutor(len(paths)) as threads:
        began = time.perf_counter()
        asked = [threads.submit(_refusal, player.place.port, path) for path in paths]
        pings = _pings(player, lambda: all(one.done() for one in asked), began + WATCH_SECONDS)
        said = [one.result() for one in asked if one.done()]
        # Who still waits is not waited for.
        player.processes.stop()
    refused = [reason for reason in said if reason]
    if refused:
        failures[player.server.name] = f"{len(refused)} times: {refused[0]}"
    return {
        "pings": len(pings),
        "p50": percentile(pings, 0.5) * MS,
        "p99": percentile(pings, 0.99) * MS,
        "most": max(pings) * MS,
        "done": len(said) - len(refused),
    }


def _pings(player: Player, is_over: Callable[[], bool], deadline: float) -> list[float]:
    """Seconds of each; one that is not answered until the deadline counts until then."""
    found: list[float] = []
    while not is_over() and (began := time.perf_counter()) < deadline:
        connection = connect(player.place.port)
        connection.timeout = max(deadline - began, EVERY_SECONDS)
        try:
            connection.request("GET", player.server.ping)
            connection.getresponse().read()
        except (OSError, HTTPException):
            pass
        finally:
            connection.close()
        took = time.perf_counter() - began
        found += waits(took)
        time.sleep(max(0.0, EVERY_SECONDS - took))
    return found


def waits(took: float) -> list[float]:
    """How long a ping waited, and those that would have been sent in the meantime."""
    return [took - number * EVERY_SECONDS for number in range(max(ceil(took / EVERY_SECONDS), 1))]


def _refusal(port: int, path: str) -> str:
    """Why an image does not come; empty if it does."""
    try:
        get_once(port, path)
    except RefusedError as error:
        return str(error)
    return ""
