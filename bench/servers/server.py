"""What the bench knows of a server: how it is started, and its paths."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from pathlib import Path
from secrets import token_hex
from typing import Self

BUCKET, APP = "bench", "bench-live"


@dataclass(frozen=True)
class Job:
    """One image to be asked for.

    Attributes:
        source: the name of a file of the origin.
        width, height: of the box, in pixels.
        fills: the box is filled and the rest cut off, evenly; else the image is fitted in.
        format: jpeg, png, webp or avif.
        quality: 1 to 100; None where the format has none.
        nonce: makes the object's key one that nobody has asked for before.
    """

    source: str
    width: int = 512
    height: int = 512
    fills: bool = False
    format: str = "jpeg"
    quality: int | None = None
    nonce: str = "0000"

    def fresh(self) -> Self:
        """The same of an object that no server has seen."""
        return replace(self, nonce=token_hex(8))

    @property
    def key(self) -> str:
        """The object's key; the origin looks at its last component only."""
        return f"o/{APP}/{self.nonce}/{self.source}"


@dataclass(frozen=True)
class Place:
    """Where a server is started.

    Attributes:
        folder: its own, for what it writes and is configured by.
        origin: the address that originals come from, without slash at the end.
        port: that it is to listen on, at 127.0.0.1.
        more: environment variables that a workload adds.
        conf: lines that a workload adds to the configuration (ours and Thumbor's).
    """

    folder: Path
    origin: str
    port: int
    more: tuple[tuple[str, str], ...] = ()
    conf: str = ""

    def url(self, job: Job) -> str:
        """The original's address at the origin."""
        return f"{self.origin}/{BUCKET}/{job.key}"


class Server(ABC):
    """A kind of server, set up in one way."""

    name: str
    ping = "/healthcheck"

    def missing(self) -> str:
        """Why it cannot be run here; empty if it can."""
        return ""

    @abstractmethod
    def version(self) -> str:
        """Its version and its libraries'."""

    @abstractmethod
    def command(self, place: Place) -> list[str]:
        """What starts it; may write into the place's folder."""

    def environment(self, place: Place) -> dict[str, str]:
        """Its environment variables, beside PATH and HOME."""
        del place
        return {}

    @abstractmethod
    def path(self, job: Job, place: Place) -> str:
        """The path that the image is asked for by."""


def thumbor_options(job: Job) -> str:
    """Options as Thumbor and its like read them: `fit-in/512x512/filters:…`."""
    size = f"{job.width}x{job.height}"
    quality = f":quality({job.quality})" if job.quality else ""
    return f"{size if job.fills else f'fit-in/{size}'}/filters:format({job.format}){quality}"
