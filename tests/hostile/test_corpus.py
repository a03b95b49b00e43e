"""No file crashes our imaging, hangs it or eats the memory; each is a picture or a clear error."""

import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hostile.corpus import KINDS, Case
from tests.hostile.seeds import formats
from tests.hostile.workers import Outcome, run

SECONDS = 15.0  # a little more than the work on a picture may take
MEGABYTES = 700

Found = dict[str, list[tuple[Case, Outcome]]]


@pytest.fixture(scope="module")
def found() -> Found:
    """What became of each file, by kind."""
    cases = [(kind, case) for kind, make in KINDS.items() for case in make()]
    jobs = [
        (place, case.data, zlib.crc32(case.name.encode())) for place, (_, case) in enumerate(cases)
    ]
    by_kind: Found = {kind: [] for kind in KINDS}
    for job, outcome in run("tests.hostile.render:render_job", jobs, seconds=SECONDS):
        kind, case = cases[job[0]]
        by_kind[kind].append((case, outcome))
    return by_kind


@pytest.mark.parametrize("kind", KINDS)
def test_hostile_files(found: Found, kind: str, tmp_path: Path) -> None:
    """Each ends as a picture or as an error of the client's, in time, and in little memory."""
    faults = list(_faults(found[kind], tmp_path))
    assert not faults, f"{len(faults)} of {len(found[kind])} files:\n" + "\n".join(faults[:20])


def _faults(cases: list[tuple[Case, Outcome]], place: Path) -> Iterator[str]:
    for case, outcome in cases:
        is_right = outcome.kind == "done" and outcome.text.split()[0] in case.allowed
        if not is_right or outcome.megabytes > MEGABYTES:
            file = place / case.name.replace(" ", "-").replace("/", "_")[:60]
            file.write_bytes(case.data)
            yield f"{case.name}: {outcome} {file}"


def test_the_corpus_is_large(found: Found) -> None:
    """More than 3,000 files, of each format that is decoded."""
    assert sum(len(cases) for cases in found.values()) > 3_000
    assert formats() >= {"jpeg", "png", "gif", "webp", "avif", "tiff", "bmp", "svg"}


def test_damage_is_found(found: Found) -> None:
    """Most of what was cut short is refused: the corpus does harm."""
    refused = [outcome for _, outcome in found["truncations"] if outcome.text.startswith("400")]
    assert len(refused) > len(found["truncations"]) / 2
