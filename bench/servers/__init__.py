"""The servers that are measured, each with what it needs to be set up like the others."""

from bench.servers.imagor import Imagor
from bench.servers.imgproxy import Imgproxy
from bench.servers.ipx import Ipx
from bench.servers.renuo import Renuo
from bench.servers.server import Server
from bench.servers.thumbor import Thumbor

# In the order of the report. The first is the one that ratios are to.
SERVERS: tuple[Server, ...] = (
    Renuo("renuo", processes=2),
    Renuo("renuo-1", processes=1),
    Thumbor("thumbor-1", processes=1, threads=0),
    Thumbor("thumbor-1-pool", processes=1, threads=2),
    Thumbor("thumbor-2", processes=2, threads=0),
    Thumbor("thumbor-2-pool", processes=2, threads=2),
    Ipx(),
    Imagor(),
    Imgproxy(),
)


def named(names: list[str]) -> list[Server]:
    """The servers of these names.

    Raises:
        SystemExit: a name is none.
    """
    known = {server.name: server for server in SERVERS}
    for name in names:
        if name not in known:
            raise SystemExit(f"no server {name!r}; there are {', '.join(known)}")
    return [known[name] for name in names]
