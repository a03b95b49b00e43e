"""The process that decodes: what it is asked for over two pipes."""

import subprocess
import sys

import pytest

from thumbor_renuo.imaging.isolated import protocol
from thumbor_renuo.imaging.isolated.child import SVG
from thumbor_renuo.imaging.isolated.processes import COMMAND
from thumbor_renuo.imaging.isolated.protocol import ANSWER, NOTHING

RED = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 3"><rect width="4" height="3" fill="red"/></svg>'  # noqa: E501


def asked(*requests: bytes) -> bytes:
    """What it answers, all in all, until there are no more requests."""
    done = subprocess.run(COMMAND, input=b"".join(requests), capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def request(
    data: bytes, box: tuple[int, ...] = (0, 0, 4, 3), out: tuple[int, int] = (8, 6)
) -> bytes:
    return protocol.request(SVG, 5, (4, 3, *box, *out), data)


def test_it_answers_one_request_after_the_other() -> None:
    """With pixels, and with zeros for what cannot be drawn; then it ends."""
    answer = asked(request(RED), request(b"<svg"), request(RED, (1, 1, 3, 2), (4, 2)))
    red = bytes([255, 0, 0, 255])
    expected = ANSWER.pack(8, 6, 4, 0) + red * 48 + NOTHING + ANSWER.pack(4, 2, 4, 0) + red * 8
    assert answer == expected


def test_a_request_that_breaks_off_ends_it() -> None:
    """As its parent's end does."""
    assert asked(request(RED)[:10]) == b""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")
def test_it_is_bounded_in_all_it_may_take() -> None:
    """Processor, memory, files and core dumps."""
    with subprocess.Popen(COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write(request(RED))
        child.stdin.flush()
        assert len(child.stdout.read(ANSWER.size)) == ANSWER.size
        with open(f"/proc/{child.pid}/limits", encoding="ascii") as file:  # noqa: PTH123
            limits = {line[:26].strip(): line[26:].split()[0] for line in file}
        child.stdin.close()
    assert int(limits["Max cpu time"]) < 60
    assert int(limits["Max data size"]) == 1024**3
    assert limits["Max file size"] == limits["Max core file size"] == "0"
