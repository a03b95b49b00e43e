"""How the bench's servers are asked."""

from pathlib import Path

import pytest

from bench.servers import SERVERS, named
from bench.servers.server import Job, Place

PLACE = Place(Path("/nowhere"), "http://127.0.0.1:1", 2)
FIT = Job("a.jpg", quality=80, nonce="n")
CROP = Job("a.jpg", 300, 300, fills=True, format="png", nonce="n")
URL = "http://127.0.0.1:1/bench/o/bench-live/n/a.jpg"
PATHS = {
    "renuo": (
        "/t/fit-in/512x512/filters:format(jpeg):quality(80)/u/o/bench-live/n/a.jpg",
        "/t/300x300/filters:format(png)/u/o/bench-live/n/a.jpg",
    ),
    "thumbor-1": (
        f"/unsafe/fit-in/512x512/filters:format(jpeg):quality(80)/{URL}",
        f"/unsafe/300x300/filters:format(png)/{URL}",
    ),
    "imagor": (
        f"/unsafe/fit-in/512x512/filters:format(jpeg):quality(80)/{URL}",
        f"/unsafe/300x300/filters:format(png)/{URL}",
    ),
    "imgproxy": (
        f"/unsafe/rs:fit:512:512/f:jpeg/q:80/plain/{URL}",
        f"/unsafe/rs:fill:300:300/f:png/plain/{URL}",
    ),
    "ipx": (
        f"/rotate_null,s_512x512,fit_inside,f_jpeg,q_80/{URL}",
        f"/rotate_null,s_300x300,fit_cover,f_png/{URL}",
    ),
}


@pytest.mark.parametrize("name", PATHS)
def test_all_are_asked_for_the_same(name: str) -> None:
    """Size, format, quality and original stand in every server's path."""
    (server,) = named([name])
    assert (server.path(FIT, PLACE), server.path(CROP, PLACE)) == PATHS[name]


def test_each_request_can_name_an_object_of_its_own() -> None:
    """A fresh job differs in nothing but its object's key."""
    first, second = FIT.fresh(), FIT.fresh()
    assert first.key != second.key
    assert first.source == second.source == FIT.source


def test_an_unknown_server_is_named() -> None:
    """The operator is told which there are."""
    with pytest.raises(SystemExit, match=r"nginx.*renuo"):
        named(["nginx"])
    assert len({server.name for server in SERVERS}) == len(SERVERS)
