"""One process of ours in asyncio's debug mode, which costs time: nothing else is measured of it."""

import sys

from bench.servers.renuo import Renuo
from bench.servers.server import Place

SLOW_SECONDS = 0.02
MODULE = "bench.servers.watched_worker"


class Watched(Renuo):
    """Logs each callback that takes longer than SLOW_SECONDS."""

    def __init__(self) -> None:
        super().__init__("renuo watched", processes=1)

    def command(self, place: Place) -> list[str]:
        """A module of the bench's, configured like ours."""
        super().command(place)
        arguments = [str(place.port), str(place.folder / "renuo.conf"), str(SLOW_SECONDS)]
        return [sys.executable, "-m", MODULE, *arguments]
