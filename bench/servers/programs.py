"""Programs of others that are on the PATH, and what they say of themselves."""

import re
import shutil
import subprocess
from pathlib import Path


def missing(program: str) -> str:
    """Why a program cannot be run; empty if it can."""
    return "" if shutil.which(program) else f"no program {program} on the PATH"


def found(program: str) -> Path:
    """Where a program is, links followed.

    Raises:
        FileNotFoundError: it is not on the PATH.
    """
    place = shutil.which(program)
    if place is None:
        raise FileNotFoundError(program)
    return Path(place).resolve()


def first_line(command: list[str]) -> str:
    """What a command prints first, as its version."""
    output = subprocess.run(command, check=False, capture_output=True, text=True, timeout=20)
    lines = (output.stdout + output.stderr).strip().splitlines()
    return lines[0] if lines else "?"


def linked_libvips(program: Path) -> str:
    """The file of libvips that a program loads; empty if it loads none by itself."""
    command = [shutil.which("ldd") or "ldd", str(program)]
    output = subprocess.run(command, check=False, capture_output=True, text=True, timeout=20)
    place = re.search(r"(libvips\S*) => (\S+)", output.stdout)
    return f", {Path(place[2]).resolve().name}" if place else ""
