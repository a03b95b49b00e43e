"""Gets the tests that Thumbor ships in its source distribution.

`python -m tests.parity.thumbor_sources` does so ahead of the tests.
"""

import re
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

PINNED = Path(__file__).with_name("thumbor.txt")
VERSION = re.search(r"thumbor==(\S+)", PINNED.read_text())
assert VERSION, f"{PINNED} names no version"
FOLDER = Path(sys.prefix) / "share" / f"thumbor-{VERSION[1]}-tests"
WANTED = {"tests", "integration_tests"}


def thumbor_tests() -> Path:
    """The folder with Thumbor's `tests` and `integration_tests`; downloaded from PyPI once."""
    if not FOLDER.exists():
        FOLDER.parent.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=FOLDER.parent) as place:
            _unpack(_download(Path(place)), Path(place) / "unpacked")
            (Path(place) / "unpacked").rename(FOLDER)
    return FOLDER


def _download(place: Path) -> Path:
    options = ["--quiet", "--disable-pip-version-check", "--no-deps", "--no-binary", "thumbor"]
    command = [sys.executable, "-m", "pip", "download", *options, "--require-hashes"]
    subprocess.run([*command, "--requirement", PINNED, "--dest", place], check=True)
    (archive,) = place.glob("thumbor-*.tar.gz")
    return archive


def _unpack(archive: Path, place: Path) -> None:
    """Leave out the package itself: the tests are to import the one that is installed."""
    with tarfile.open(archive) as packed:
        for member in packed:
            _, _, member.name = member.name.partition("/")
            if member.name.split("/")[0] in WANTED:
                packed.extract(member, place, filter="data")


if __name__ == "__main__":
    print(thumbor_tests())  # noqa: T201
