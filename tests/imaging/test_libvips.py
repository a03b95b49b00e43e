"""thumbor_renuo.imaging.libvips: safe for strangers' pictures."""

import subprocess
import sys
import threading

import pytest
import pyvips

from thumbor_renuo.errors import UnreadableImage
from thumbor_renuo.imaging import libvips

BYTES_OF_A_FILE = b"/nowhere/\xff.png"  # libvips' error names it


def test_the_process_is_set_up() -> None:
    """One thread a picture, no cache, and again and again."""
    libvips.set_up()
    libvips.set_up()
    assert pyvips.concurrency_get() == 1
    assert pyvips.cache_get_max() == 0


def test_untrusted_loaders_are_blocked() -> None:
    """Those that libvips does not fuzz, as that of SVG."""
    libvips.set_up()
    with pytest.raises(pyvips.Error, match="operation is blocked"):
        pyvips.Operation.call("svgload_buffer", b"<svg/>")


def test_what_it_was_built_with_can_be_asked() -> None:
    """By the names of its operations."""
    assert libvips.has("pngload_source")
    assert not libvips.has("nonsenseload_source")


def test_its_errors_are_ours() -> None:
    """Without its words."""
    with pytest.raises(UnreadableImage) as refused, libvips.translated("GIF"):
        pyvips.Operation.call("gifload_buffer", b"nonsense")
    assert refused.value.message == "the GIF is damaged or cut short"


def test_other_errors_pass() -> None:
    """A mistake of ours is not hidden."""
    with pytest.raises(KeyError), libvips.translated("GIF"):
        raise KeyError


def test_an_error_that_is_no_text_is_forgotten() -> None:
    """It does not become the error of each picture from then on."""
    with pytest.raises(UnreadableImage), libvips.translated("PNG"):
        pyvips.Operation.call("pngload", BYTES_OF_A_FILE)
    with pytest.raises(pyvips.Error, match="unable to open"):
        pyvips.Operation.call("pngload", "/nowhere/a.png")


# GLib tells that such a width is out of range, as it does where a damaged file names it.
WIDE = "pyvips.Operation.call('black', 2_000_000_000, 1)"


@pytest.mark.parametrize("is_set_up", [True, False])
def test_glib_does_not_write_to_stderr(*, is_set_up: bool) -> None:
    """Without us, it does."""
    lines = [
        "import pyvips",
        "from thumbor_renuo.imaging.libvips import set_up",
        "set_up()" if is_set_up else "",
        "try:",
        f"    {WIDE}",
        "except pyvips.Error:",
        "    pass",
    ]
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(lines)], capture_output=True, text=True, check=True
    )
    assert ("GLib-GObject-CRITICAL" in done.stderr) is not is_set_up
    assert (done.stderr == "") is is_set_up


def test_its_lines_are_for_debugging(caplog: pytest.LogCaptureFixture) -> None:
    """From any thread, and cut short."""
    libvips.set_up()

    def run() -> None:
        with pytest.raises(pyvips.Error):
            pyvips.Operation.call("black", 2_000_000_000, 1)

    with caplog.at_level("DEBUG", logger=libvips.__name__):
        thread = threading.Thread(target=run)
        thread.start()
        thread.join()
    (record,) = [one for one in caplog.records if one.name == libvips.__name__]
    assert record.levelname == "DEBUG"
    assert record.getMessage().startswith("GLib-GObject: value")


@pytest.mark.parametrize(("level", "urgency"), [(1 << 3, "DEBUG"), (1 << 2 | 1 << 1, "CRITICAL")])
def test_what_ends_the_process_is_told(
    caplog: pytest.LogCaptureFixture, level: int, urgency: str
) -> None:
    """GLib's errors do; and bytes of a file may be in the line, of which there is never much."""
    with caplog.at_level("DEBUG", logger=libvips.__name__):
        libvips._told_of_glib(None, level, b"\xff" + b"x" * 5000, None)
    (record,) = caplog.records
    assert record.levelname == urgency
    assert record.getMessage() == ": \\xff" + "x" * 199


def test_a_glib_that_cannot_be_told_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where libvips is the system's, and does not show what it stands on."""
    monkeypatch.setattr("ctypes.CDLL", lambda _path: object())
    libvips.set_up()
