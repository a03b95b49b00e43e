"""A sample of the hostile files through the whole application."""

from typing import Any

import pytest

from tests.handlers.conftest import FOLDER, Fetch, error_of, opened
from tests.hostile.corpus import KINDS, Case
from thumbor_renuo.imaging.header import read_header

KEY = f"{FOLDER}/hostile"
EACH = 8
OPTIONS = ("30x30", "fit-in/40x40/filters:format(png)", "meta/30x30", "trim/20x20/filters:blur(2)")
# Large for a few bytes: one of them is enough to see that it comes through.
HEAVY = {"within the limit": 2, "nested SVGs": 6}


def sample(kind: str) -> list[Case]:
    """A few cases of a kind, spread over all of them."""
    cases = list(KINDS[kind]())
    return cases[:: max(1, len(cases) // HEAVY.get(kind, EACH))]


@pytest.mark.parametrize("kind", KINDS)
async def test_hostile_files(fetch: Fetch, bucket: Any, kind: str) -> None:
    """A picture, or an error that says what is wrong; never a 500, and the service goes on."""
    for place, case in enumerate(sample(kind)):
        bucket.put_object(Key=f"{KEY}-{place}", Body=case.data)
        response = await fetch(f"/t/{OPTIONS[place % len(OPTIONS)]}/u/{KEY}-{place}")
        allowed = {"200" if outcome == "picture" else outcome for outcome in case.allowed}
        if kind == "strips":
            allowed.add("400")  # made small, nothing is left of one
        assert str(response.code) in allowed, f"{case.name}: {response.body!r}"
        if response.code != 200:
            assert "libvips" not in error_of(response)["message"]
    assert (await fetch("/ping")).code == 200


async def test_whole_files_are_served(fetch: Fetch, bucket: Any) -> None:
    """Each format is served in a type that browsers show, upright and in its size."""
    for place, case in enumerate(KINDS["whole"]()):
        header = read_header(case.data)
        bucket.put_object(Key=f"{KEY}-{place}", Body=case.data)
        response = await fetch(f"/t/u/{KEY}-{place}")
        assert response.code == 200, f"{case.name}: {response.body!r}"
        assert opened(response).size == (header.width, header.height), case.name
