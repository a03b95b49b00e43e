"""Mutated files are the same each time, and of many kinds."""

import pytest

from tests.fuzz.mutate import mutated
from tests.fuzz.pieces import mended, split
from tests.fuzz.target import fuzz_one
from tests.hostile.seeds import formats, seeds
from thumbor_renuo.imaging.structure import check_png

SOME = range(100_000, 100_400)


def test_a_number_is_a_file() -> None:
    """The same number makes the same file, and another one another."""
    once, again = [mutated(number) for number in SOME], [mutated(number) for number in SOME]
    assert once == again
    assert len({data for _, data in once}) > len(SOME) * 0.9
    assert {kind for kind, _ in once} == formats()


@pytest.mark.parametrize("name", seeds())
def test_pieces_are_the_file(name: str) -> None:
    """Joined again, nothing is lost; formats of pieces have several."""
    kind, data = name.split(maxsplit=1)[0], seeds()[name]
    pieces = split(kind, data)
    assert b"".join(pieces) == data
    assert len(pieces) > 1 or kind == "bmp"
    assert mended(kind, data) == data


def test_a_mended_png_has_right_checksums() -> None:
    """Damage within a chunk is not found by its checksum any more."""
    data = bytearray(seeds()["png"])
    data[60] ^= 1
    assert check_png(mended("png", bytes(data))) == 1


def test_mutated_files_are_rendered() -> None:
    """In this process: some are pictures, most are refused, and nothing else is raised."""
    outcomes = [fuzz_one(number).split()[1] for number in SOME]
    assert outcomes.count("picture") > 20
    assert outcomes.count("400") > 100
    assert set(outcomes) <= {"picture", "400", "413", "415"}
