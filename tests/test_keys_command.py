"""`thumbor-renuo keys`: what it prints, what it writes, and how it ends."""

import fcntl
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest

from thumbor_renuo import cli
from thumbor_renuo.apps import App, AppRegistry, digest, fingerprint

PROGRAM = Path(sys.executable).with_name("thumbor-renuo")
SHOP = """\
# größer
[[apps]]
name = "shop"
env = "live"
api_key = "a1"
private_key = "p1"
"""


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of one app, named by APPS_FILE."""
    file = tmp_path / "apps.toml"
    file.write_text(SHOP, "utf-8")
    monkeypatch.setenv("APPS_FILE", str(file))
    return file


def app_of(path: Path, name: str = "shop-live") -> App:
    """An app as the server reads it."""
    app = AppRegistry.load("", str(path)).by_name(name)
    assert app is not None
    return app


def keys(*arguments: str) -> int:
    """Run `thumbor-renuo keys …`; returns the exit code."""
    return cli.main(["keys", *arguments])


# -- new ----------------------------------------------------------------------------------------


def test_a_new_private_key_is_shown_once(path: Path, capsys: Any) -> None:
    """On standard output, alone; the file has its SHA-256 and no later command knows it."""
    assert keys("new", "shop", "live") == 0
    out, err = capsys.readouterr()
    match = re.fullmatch(r"private_key  ([\w-]{43})\n", out)
    assert match
    assert err == ""
    assert app_of(path).has_private_key(match[1])
    content = path.read_text("utf-8")
    assert match[1] not in content
    assert content.count(digest(match[1])) == 1
    assert keys("list") == 0
    assert match[1] not in capsys.readouterr().out


def test_a_new_api_key_is_shown(path: Path, capsys: Any) -> None:
    """It may be shown again: it is public."""
    assert keys("new", "shop", "live", "--kind", "api") == 0
    match = re.fullmatch(r"api_key  ([0-9a-f]{24})\n", capsys.readouterr().out)
    assert match
    assert [key.value for key in app_of(path).all_api_keys] == ["a1", match[1]]


def test_a_new_key_may_have_an_end(path: Path) -> None:
    """Whatever its zone, the file has the moment in UTC."""
    assert keys("new", "shop", "live", "--not-after", "2999-01-31T14:00:00+02:00") == 0
    assert app_of(path).all_private_keys[1].not_after == datetime(2999, 1, 31, 12, tzinfo=UTC)
    assert "not_after = 2999-01-31T12:00:00Z" in path.read_text("utf-8")


def test_a_key_that_has_ended_is_not_made(path: Path, capsys: Any) -> None:
    """It would be handed out and never count."""
    assert keys("new", "shop", "live", "--not-after", "2020-01-01T00:00:00Z") == 1
    assert "--not-after: 2020-01-01T00:00:00+00:00 has passed" in capsys.readouterr().err
    assert path.read_text("utf-8") == SHOP


def test_a_new_app_has_both_keys(path: Path, capsys: Any) -> None:
    """Both are shown."""
    assert keys("new", "blog", "test", "--create") == 0
    match = re.fullmatch(
        r"api_key      ([0-9a-f]{24})\nprivate_key  ([\w-]{43})\n", capsys.readouterr().out
    )
    assert match
    assert app_of(path, "blog-test").current_api_key() == match[1]
    assert app_of(path, "blog-test").has_private_key(match[2])


def test_an_app_is_made_without_ends(path: Path, capsys: Any) -> None:
    """Both options together are refused."""
    arguments = ("new", "blog", "test", "--create", "--not-after", "2999-01-01T00:00:00Z")
    assert keys(*arguments) == 1
    assert "--create and --not-after do not go together" in capsys.readouterr().err
    assert path.read_text("utf-8") == SHOP


# -- list and retire ----------------------------------------------------------------------------


def test_keys_are_listed_in_columns(path: Path, capsys: Any) -> None:
    """App, kind, fingerprint, state, end; the value of API keys only."""
    assert keys("retire", "shop-live", fingerprint("p1"), "--at", "2020-01-01T00:00:00Z") == 0
    assert keys("new", "shop", "live", "--not-after", "2999-01-31T12:00:00Z") == 0
    capsys.readouterr()
    assert keys("list") == 0
    head, *rows = capsys.readouterr().out.splitlines()
    assert head.split() == ["app", "kind", "fingerprint", "state", "not", "after", "api", "key"]
    cells = [row.split() for row in rows]
    assert cells[0] == ["shop-live", "api", fingerprint("a1"), "live", "-", "a1"]
    assert cells[1] == [
        "shop-live", "private", fingerprint("p1"), "ended", "2020-01-01T00:00:00+00:00",
    ]  # fmt: skip
    assert cells[2][:2] + cells[2][3:] == [
        "shop-live", "private", "live", "2999-01-31T12:00:00+00:00",
    ]  # fmt: skip
    assert len(rows) == 3
    for row in rows:
        assert head.index("kind") == row.index(row.split()[1])


def test_a_retired_key_ends_now(path: Path, capsys: Any) -> None:
    """From this second on, if nothing else is said."""
    before = time.time()
    assert keys("retire", "shop-live", fingerprint("p1")) == 0
    (key,) = app_of(path).all_private_keys
    assert key.not_after is not None
    assert before - 1 <= key.not_after.timestamp() <= time.time()
    assert not app_of(path).has_private_key("p1")
    assert capsys.readouterr().out == (
        f"{fingerprint('p1')} of shop-live ends at {key.not_after.isoformat()}\n"
    )


def test_a_retired_key_may_end_later(path: Path) -> None:
    """Until then it counts, so that all who use it can follow."""
    assert keys("retire", "shop-live", fingerprint("a1"), "--at", "2999-01-01T00:00:00Z") == 0
    assert app_of(path).current_api_key() == "a1"
    assert app_of(path).all_api_keys[0].not_after == datetime(2999, 1, 1, tzinfo=UTC)


# -- the file -----------------------------------------------------------------------------------


def test_the_option_names_another_file(path: Path, tmp_path: Path, capsys: Any) -> None:
    """It counts before APPS_FILE."""
    other = tmp_path / "other.toml"
    assert keys("--apps-file", str(other), "new", "blog", "test", "--create") == 0
    assert path.read_text("utf-8") == SHOP
    assert app_of(other, "blog-test")
    capsys.readouterr()
    assert keys("--apps-file", str(other), "list") == 0
    assert "shop" not in capsys.readouterr().out


@pytest.mark.parametrize("named", [None, ""])
def test_without_a_name_it_is_apps_toml(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: str | None
) -> None:
    """Here, where the command runs."""
    monkeypatch.delenv("APPS_FILE", raising=False)
    if named is not None:
        monkeypatch.setenv("APPS_FILE", named)
    monkeypatch.chdir(tmp_path)
    assert keys("new", "shop", "live", "--create") == 0
    assert [entry.name for entry in tmp_path.iterdir()] == ["apps.toml"]


# -- what goes wrong ----------------------------------------------------------------------------


@pytest.mark.parametrize("option", ["new --not-after", "retire --at"])
@pytest.mark.parametrize(
    "moment",
    ["", "tomorrow", "2999-01-31", "2999-01-31T12:00:00", "12:00:00Z", "2999-13-01T00:00:00Z",
     "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"],
)  # fmt: skip
def test_a_moment_has_a_date_a_time_and_a_zone(
    path: Path, capsys: Any, option: str, moment: str
) -> None:
    """Anything else is refused with exit code 2, and shown as it came."""
    action, name = option.split()
    with pytest.raises(SystemExit) as stopped:
        keys(action, "shop", "live", name, moment)
    assert stopped.value.code == 2
    err = capsys.readouterr().err
    assert f"{name}: got {moment!r}, wants a date, a time and a zone" in err
    assert path.read_text("utf-8") == SHOP


@pytest.mark.parametrize("moment", ["2999-01-31T12:00:00+01:00:30", "2999-01-31T12:00:00.5Z"])
def test_a_moment_that_toml_cannot_write_is_written_in_utc(path: Path, moment: str) -> None:
    """A zone with seconds is one of Python's, not of TOML's."""
    assert keys("retire", "shop-live", fingerprint("p1"), "--at", moment) == 0
    assert app_of(path).all_private_keys[0].not_after == datetime.fromisoformat(moment)


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["other"],
        ["new"],
        ["new", "shop"],
        ["new", "shop", "live", "--kind", "secret"],
        ["retire", "shop-live"],
        ["list", "shop-live"],
    ],
)
def test_bad_arguments(path: Path, arguments: list[str], capsys: Any) -> None:
    """Usage, and exit code 2."""
    with pytest.raises(SystemExit) as stopped:
        keys(*arguments)
    assert stopped.value.code == 2
    assert "usage" in capsys.readouterr().err
    assert path.read_text("utf-8") == SHOP


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("new shop test", "{path} has no app shop-test: make it with --create\n"),
        ("new shop live --create", "shop-live is an app already\n"),
        ("new x live/.. --create", "APPS_FILE {path}, app 2: env: takes letters, digits, "),
        ("retire shop ffffffff", "{path} has no app shop: make it with --create\n"),
        ("retire shop-live ffffffff", "the fingerprint 'ffffffff' is that of no key of shop-live"),
    ],
)
def test_what_cannot_be_done_is_told(path: Path, arguments: str, message: str, capsys: Any) -> None:
    """On standard error, with exit code 1; nothing is printed or written."""
    assert keys(*arguments.split()) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(message.format(path=path))
    assert path.read_text("utf-8") == SHOP


@pytest.mark.parametrize("arguments", ["list", "new shop live", "retire shop-live 0"])
def test_a_faulty_file_is_told(path: Path, arguments: str, capsys: Any) -> None:
    """In the server's words, all faults at once, without a secret."""
    path.write_text(f"{SHOP}scan = 7\n[[apps]]\nname = 'x'\nprivate_key = 'HUNTER'\n", "utf-8")
    before = path.read_bytes()
    assert keys(*arguments.split()) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == [
        f"APPS_FILE {path}, app 1: scan: wants true or false",
        f"APPS_FILE {path}, app 2: lacks a text for: api_key, env",
    ]
    assert path.read_bytes() == before


def test_a_missing_file_cannot_be_listed(path: Path, capsys: Any) -> None:
    """Its name is told."""
    path.unlink()
    assert keys("list") == 1
    assert capsys.readouterr().err == (
        f"APPS_FILE: got '{path}', wants a readable file (No such file or directory)\n"
    )


def test_a_missing_folder_is_told(tmp_path: Path, capsys: Any) -> None:
    """It is not made."""
    path = tmp_path / "none" / "apps.toml"
    assert keys("--apps-file", str(path), "new", "shop", "live", "--create") == 1
    err = capsys.readouterr().err
    assert err.startswith("thumbor-renuo keys: ")
    assert f"No such file or directory: '{path.parent}'" in err
    assert not path.parent.exists()


def test_a_read_only_folder_is_told(
    path: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a mounted ConfigMap is; no key is shown that nobody will know."""
    opened = os.open

    def open_for_reading(name: Any, flags: int, *more: Any, **others: Any) -> int:
        if flags & os.O_CREAT:
            raise OSError(30, "Read-only file system", str(name))
        return opened(name, flags, *more, **others)

    with monkeypatch.context() as patch:
        patch.setattr("os.open", open_for_reading)
        assert keys("new", "shop", "live") == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert re.fullmatch(r"thumbor-renuo keys: .*Read-only file system: '.*apps\.toml.*'\n", err)
    assert path.read_text("utf-8") == SHOP


def test_an_interrupted_command_shows_and_writes_nothing(
    path: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even at the last moment; exit code 130 as for any program."""
    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", Mock(side_effect=KeyboardInterrupt))
        assert keys("new", "shop", "live") == 130
    assert capsys.readouterr().out == ""
    assert path.read_text("utf-8") == SHOP
    assert [entry.name for entry in path.parent.iterdir()] == ["apps.toml"]


# -- as a program -------------------------------------------------------------------------------


def started(path: Path, *arguments: str, **environment: str) -> subprocess.Popen[bytes]:
    """The installed command."""
    return subprocess.Popen(
        [PROGRAM, "keys", *arguments],
        env={"PATH": os.environ["PATH"], "APPS_FILE": str(path), **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def test_ctrl_c_ends_a_command_that_waits(path: Path) -> None:
    """While another edit holds the folder's lock: at once, with nothing changed or left over."""
    holder = os.open(path.parent, os.O_RDONLY)
    fcntl.flock(holder, fcntl.LOCK_EX)
    try:
        process = started(path, "new", "shop", "live")
        eventually(lambda: waits_for_a_lock(process))
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
    finally:
        os.close(holder)
    assert (process.returncode, out, err) == (130, b"", b"")
    assert path.read_text("utf-8") == SHOP
    assert [entry.name for entry in path.parent.iterdir()] == ["apps.toml"]


def waits_for_a_lock(process: subprocess.Popen[bytes]) -> bool:
    """Whether the kernel has it in its list of those who wait (proc(5), /proc/locks)."""
    assert process.poll() is None
    waiting = [line.split() for line in Path("/proc/locks").read_text().splitlines()]
    return any("->" in line and str(process.pid) in line for line in waiting)


def eventually(holds: Callable[[], bool]) -> None:
    """Wait for a state."""
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_the_file_is_utf_8_wherever_it_is_edited(path: Path) -> None:
    """Letters of all languages stay, whatever the terminal's encoding."""
    process = started(
        path, "new", "shop", "live", LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0"
    )
    out, err = process.communicate(timeout=20)
    assert (process.returncode, err) == (0, b"")
    assert path.read_text("utf-8").startswith("# größer\n")
    assert app_of(path).has_private_key(out.decode().split()[1])
