"""Where a bench plays: the origin, the servers in front of it, and how long each has its turn."""

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from bench.client import Bound, Load, RefusedError, get_once, load
from bench.processes import Processes, StartError, free_port, running
from bench.servers.server import Job, Place, Server
from bench.sources import Sources


@dataclass(frozen=True)
class Limits:
    """How much is asked for.

    Attributes:
        rounds: how often each server has its turn with each picture.
        bound: when a turn ends.
        clients: how many ask at the same time.
    """

    rounds: int
    bound: Bound
    clients: int


@dataclass(frozen=True)
class Player:
    """A server that runs."""

    server: Server
    place: Place
    processes: Processes

    def path(self, job: Job) -> str:
        """The path of an image."""
        return self.server.path(job, self.place)

    def get(self, job: Job) -> bytes:
        """One image."""
        return get_once(self.place.port, self.path(job))


@dataclass(frozen=True)
class Turn:
    """What one turn came to; the processor's seconds are the server's alone."""

    load: Load
    cpu_seconds: float
    peak_bytes: int


class Stage:
    """Starts the servers that a workload wants, in front of one origin.

    Args:
        folder: for everything that is written.
        origin: the origin's address.
        sources: the originals.
        servers: those that are measured.
        limits: how much is asked for.
    """

    def __init__(
        self, folder: Path, origin: str, sources: Sources, servers: list[Server], limits: Limits
    ) -> None:
        self._folder, self._origin, self._numbers = folder, origin, count()
        self.sources, self.servers, self.limits = sources, servers, limits

    @contextmanager
    def playing(
        self, server: Server, more: Iterable[tuple[str, str]] = (), conf: str = ""
    ) -> Iterator[Player]:
        """One server.

        Args:
            more: environment variables beside its own.
            conf: lines beside its own configuration.
        """
        folder = self._folder / f"{next(self._numbers)}-{server.name.replace(' ', '-')}"
        folder.mkdir()
        place = Place(folder, self._origin, free_port(), tuple(more), conf)
        environment = {**server.environment(place), **dict(more)}
        command = server.command(place)
        with running(command, folder, environment, place.port, server.ping) as processes:
            yield Player(server, place, processes)

    def failing(self) -> dict[str, str]:
        """Which servers do not come up, and why; they are left out from now on."""
        failures = {}
        for server in self.servers:
            try:
                with self.playing(server):
                    pass
            except StartError as error:
                failures[server.name] = str(error)
        self.servers = [server for server in self.servers if server.name not in failures]
        return failures

    @contextmanager
    def all_playing(
        self, servers: list[Server], more: Iterable[tuple[str, str]] = (), conf: str = ""
    ) -> Iterator[list[Player]]:
        """Several servers; while one has its turn the others idle."""
        with ExitStack() as stack:
            yield [stack.enter_context(self.playing(server, more, conf)) for server in servers]

    def rounds(self, players: list[Player]) -> Iterator[Player]:
        """Whose turn it is: in each round everybody's, and each round another one is first."""
        for number in range(self.limits.rounds):
            first = number % max(len(players), 1)
            yield from players[first:] + players[:first]

    def turn(self, player: Player, new_job: Callable[[], Job]) -> Turn:
        """Let the clients ask a server for one image after the other.

        Raises:
            RefusedError: one of them did not come.
        """
        processes = player.processes
        processes.forget_peak()
        before = processes.cpu_seconds()
        found = load(
            player.place.port,
            lambda: player.path(new_job()),
            self.limits.clients,
            self.limits.bound,
        )
        return Turn(found, processes.cpu_seconds() - before, processes.peak_bytes())


@contextmanager
def refusals(failures: dict[str, str], player: Player, what: str = "") -> Iterator[None]:
    """Note that a server has refused something, and go on."""
    try:
        yield
    except RefusedError as error:
        failures[f"{player.server.name} {what}".rstrip()] = str(error)
        say(f"    {player.server.name}: {error}")


def say(text: str) -> None:
    """Tell the operator how far it is."""
    print(text, file=sys.stderr, flush=True)
