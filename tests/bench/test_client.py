"""The bench's clients, in front of the bench's origin."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.client import Bound, RefusedError, get_once, load, together
from bench.origin import answer
from bench.processes import Processes, StartError, free_port, running


@pytest.fixture
def origin(tmp_path: Path) -> Iterator[Processes]:
    """An origin with one file of 6 bytes."""
    (tmp_path / "a.jpg").write_bytes(b"pixels")
    port = free_port()
    command = [sys.executable, "-m", "bench.origin", str(port), str(tmp_path)]
    with running(command, tmp_path, {}, port, "/bench") as processes:
        yield processes


def test_a_turn_ends_with_its_requests(origin: Processes) -> None:
    """All clients together ask as often as they may, and every answer is timed."""
    found = load(origin.port, lambda: "/bench/o/x/a.jpg", 2, Bound(60, 7))
    assert len(found.latencies) == 7
    assert found.rate > 0


def test_a_turn_ends_with_its_time(origin: Processes) -> None:
    """The first request is sent even if there is no time."""
    found = load(origin.port, lambda: "/bench/a.jpg", 2, Bound(0, 1000))
    assert len(found.latencies) == 1


def test_several_are_asked_for_together(origin: Processes) -> None:
    """The time counts until the last of them is there."""
    assert together(origin.port, ["/bench/1/a.jpg", "/bench/2/a.jpg"]) > 0


def test_what_is_no_image_is_a_refusal(origin: Processes) -> None:
    """A missing object ends the turn with what was said."""
    with pytest.raises(RefusedError, match="404"):
        get_once(origin.port, "/bench/b.jpg")


def test_processes_are_weighed(origin: Processes) -> None:
    """They have memory, and have used CPU since they started."""
    origin.forget_peak()
    assert origin.peak_bytes() > 1_000_000
    assert origin.resident_bytes() > 1_000_000
    assert origin.cpu_seconds() > 0


def test_the_origin_is_a_bucket_as_well(tmp_path: Path) -> None:
    """Its objects have what S3 tells of them; the bucket itself is there."""
    (tmp_path / "a.png").write_bytes(b"pixels")
    head, body = answer(tmp_path, "/bench/o/app/n/a.png?x-id=GetObject")
    assert body == b"pixels"
    for line in (b"200 OK", b"Content-Length: 6", b'ETag: "', b"Last-Modified: ", b"image/png"):
        assert line in head
    assert answer(tmp_path, "/bench")[0].startswith(b"HTTP/1.1 200")


def test_what_does_not_come_up_is_told_with_its_log(tmp_path: Path) -> None:
    """A server that ends at once says why."""
    with (
        pytest.raises(StartError, match="no such luck"),
        running([sys.executable, "-c", "raise SystemExit('no such luck')"], tmp_path, {}, 1, "/"),
    ):
        pass
