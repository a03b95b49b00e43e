"""A Tornado handler that answers a file's bytes: what ours cannot be faster than.

python -m bench.servers.bare PORT FILE
"""

import asyncio
import sys
from pathlib import Path

from tornado.web import Application, RequestHandler

from bench.origin import TYPES
from bench.servers.server import Job, Place, Server


class Constant(RequestHandler):
    """The same answer for every path."""

    def initialize(self, body: bytes, kind: str) -> None:
        """Take what is to be answered."""
        self._body, self._kind = body, kind

    def get(self) -> None:
        """Answer."""
        self.set_header("Content-Type", self._kind)
        self.write(self._body)


class Bare(Server):
    """One process of such a handler."""

    name = "bare Tornado"
    ping = "/"

    def __init__(self, file: Path) -> None:
        self._file = file

    def version(self) -> str:
        """It has Tornado's."""
        return ""

    def command(self, place: Place) -> list[str]:
        """This module."""
        return [sys.executable, "-m", "bench.servers.bare", str(place.port), str(self._file)]

    def path(self, job: Job, place: Place) -> str:
        """As long as a path of ours."""
        del place
        return f"/t/fit-in/512x512/u/{job.key}"


async def serve(port: int, body: bytes, kind: str) -> None:
    """Serve until the process is ended."""
    given = {"body": body, "kind": kind}
    application = Application([("/.*", Constant, given)], log_function=lambda _handler: None)
    application.listen(port, "127.0.0.1")
    await asyncio.Event().wait()


if __name__ == "__main__":
    named = Path(sys.argv[2])
    asyncio.run(serve(int(sys.argv[1]), named.read_bytes(), TYPES[named.suffix]))
