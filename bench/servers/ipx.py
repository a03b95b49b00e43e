"""sharp behind ipx, a server in JavaScript on libvips."""

import json
import shutil
from pathlib import Path

from bench.servers import programs
from bench.servers.server import Job, Place, Server

SCRIPT = Path(__file__).with_name("ipx.mjs")


class Ipx(Server):
    """ipx with its defaults but AVIF's effort."""

    name = "ipx"
    ping = "/"

    def missing(self) -> str:
        """Why it cannot be run here."""
        return programs.missing("ipx") or programs.missing("node")

    def version(self) -> str:
        """Its own, sharp's and libvips'."""
        root = _package()
        names = {"ipx": root, "sharp": _beside(root, "sharp")}
        known = {name: _json(place / "package.json")["version"] for name, place in names.items()}
        libvips = _beside(root, "@img") / "sharp-libvips-linux-x64/versions.json"
        if libvips.exists():
            known["libvips"] = _json(libvips)["vips"]
        return ", ".join(f"{name} {number}" for name, number in known.items())

    def command(self, place: Place) -> list[str]:
        """Node with ipx as a module: its command takes no options of sharp's."""
        node = shutil.which("node") or "node"
        module = _package() / "dist/index.mjs"
        return [node, str(SCRIPT), str(module), str(place.port)]

    def environment(self, place: Place) -> dict[str, str]:
        """As it runs in production."""
        del place
        return {"NODE_ENV": "production"}

    def path(self, job: Job, place: Place) -> str:
        """Modifiers, then the original's address; `rotate` without an angle heeds EXIF."""
        fit = "cover" if job.fills else "inside"
        quality = f",q_{job.quality}" if job.quality else ""
        options = f"rotate_null,s_{job.width}x{job.height},fit_{fit},f_{job.format}{quality}"
        return f"/{options}/{place.url(job)}"


def _package() -> Path:
    return programs.found("ipx").parent.parent


def _beside(root: Path, name: str) -> Path:
    """A package that ipx depends on, within it or beside it."""
    within = root / "node_modules" / name
    return within if within.exists() else root.parent / name


def _json(file: Path) -> dict[str, str]:
    content: dict[str, str] = json.loads(file.read_text())
    return content
