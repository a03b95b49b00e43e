"""thumbor_renuo.key_file: the apps' file is edited, and all that was not meant stays as it was."""

import fcntl
import multiprocessing
import os
import stat
import threading
import tomllib
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest

from tests.conftest import API_KEYS
from thumbor_renuo.apps import MAX_KEYS, App, AppRegistry, digest, fingerprint
from thumbor_renuo.errors import ConfigurationError
from thumbor_renuo.key_file import KeyFile, ListedKey, now

END = datetime(2999, 1, 1, tzinfo=UTC)
PAST = datetime(2020, 1, 1, tzinfo=UTC)
B1, P1 = fingerprint("b1"), fingerprint("p1")
SHOP = """\
# The apps of the shop; ask Ada (or Bob) before you change them.

[[apps]]   # the live one
  name = "shop"
env = 'live'
api_key = "a1"       # stands in the page
private_key = "p1"   # of the server

max_bytes = 10_485_760
origins = [
    "https://shop.example",   # the page
    "https://admin.shop.example",
]

# ---- what pages say ----
[apps.texts]
hint = "Größe: bis 10 MB 日本"

# ---- the blog ----
[[apps]]
env="test"
name="blog"
api_keys = [{ key = "b1" }]
private_keys = [
  # old
  { key = "q1", not_after = 2020-01-01T00:00:00Z }, # Bob's
  { sha256 = "0000000000000000000000000000000000000000000000000000000000000000" }, # new
]
# the end
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file of two apps."""
    file = tmp_path / "apps.toml"
    file.write_text(SHOP, "utf-8")
    return file


def apps_of(path: Path) -> dict[str, App]:
    """What the server reads."""
    return {app.full_name: app for app in AppRegistry.load("", str(path))}


def names_in(folder: Path) -> list[str]:
    """What lies in a folder, hidden files too."""
    return sorted(entry.name for entry in folder.iterdir())


def added(before: str, after: str) -> list[str]:
    """The lines that are new, where all old ones are still there in their order."""
    rest = iter(after.splitlines(keepends=True))
    new = []
    for line in before.splitlines(keepends=True):
        for other in rest:
            if other == line:
                break
            new.append(other)
        else:
            pytest.fail(f"the line is gone: {line!r}")
    return [*new, *rest]


def fault_of(path: Path, edit: Any) -> str:
    """What is said when an edit cannot be made; the file and its folder stay as they were."""
    before = path.read_bytes() if path.exists() else None
    names = names_in(path.parent)
    with pytest.raises(ConfigurationError) as caught:
        edit(KeyFile(path))
    assert (path.read_bytes() if path.exists() else None) == before
    assert names_in(path.parent) == names
    assert str(caught.value) == "\n".join(caught.value.faults), "it is no start that failed"
    return str(caught.value)


# -- new keys -----------------------------------------------------------------------------------


def test_a_new_private_key_counts_and_is_kept_as_its_digest(path: Path) -> None:
    """Beside the old one; the key itself is nowhere in the file."""
    key = KeyFile(path).new("shop", "live", "private")
    shop = apps_of(path)["shop-live"]
    assert shop.has_private_key(key)
    assert shop.has_private_key("p1")
    assert key not in path.read_text("utf-8")
    assert added(SHOP, path.read_text("utf-8")) == [
        f'private_keys = [{{sha256 = "{digest(key)}"}}]\n'
    ]


def test_a_new_api_key_counts_beside_the_old_one(path: Path) -> None:
    """In the list that is there already, or in a new one."""
    file = KeyFile(path)
    first, second = file.new("shop", "live", "api"), file.new("blog", "test", "api", not_after=END)
    registry = AppRegistry.load("", str(path))
    for key, name in ((first, "shop-live"), ("a1", "shop-live"), (second, "blog-test")):
        app = registry.by_api_key(key)
        assert app is not None
        assert app.full_name == name
    (_, listed) = apps_of(path)["blog-test"].all_api_keys
    assert (listed.value, listed.not_after) == (second, END)


def test_keys_are_long_and_never_the_same(path: Path) -> None:
    """96 bits where all may see it, 256 where nobody may."""
    file = KeyFile(path)
    public = {file.new("shop", "live", "api") for _ in range(5)}
    private = {file.new("shop", "live", "private") for _ in range(5)}
    assert len(public) == len(private) == 5
    assert {len(key) for key in public} == {24}
    assert {len(key) for key in private} == {43}


def test_a_new_list_stands_by_the_app_s_other_keys(path: Path) -> None:
    """Not behind the comment that heads what comes next."""
    KeyFile(path).new("shop", "live", "private")
    lines = path.read_text("utf-8").splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith("private_keys"))
    assert lines[at - 1] == 'private_key = "p1"   # of the server'
    KeyFile(path).new("shop", "live", "api")
    lines = path.read_text("utf-8").splitlines()
    assert lines[lines.index('api_key = "a1"       # stands in the page') + 1].startswith(
        "api_keys"
    )


def test_a_longer_list_keeps_its_lines(path: Path) -> None:
    """A key is added at the end, comments stay with theirs."""
    key = KeyFile(path).new("blog", "test", "private")
    (line,) = added(SHOP, path.read_text("utf-8"))
    assert line == f'  {{sha256 = "{digest(key)}"}},\n'


@pytest.mark.parametrize("kind", ["api", "private"])
def test_an_end_may_be_given(path: Path, kind: str) -> None:
    """In any zone; it is the same moment in the file."""
    end = datetime(2999, 1, 1, 2, tzinfo=timezone(timedelta(hours=2)))
    key = KeyFile(path).new("shop", "live", kind, not_after=end)
    shop = apps_of(path)["shop-live"]
    listed = shop.all_api_keys[-1] if kind == "api" else shop.all_private_keys[-1]
    assert listed.value == (key if kind == "api" else digest(key))
    assert listed.not_after == END


@pytest.mark.parametrize(
    ("name", "env"), [("shop", "test"), ("Shop", "live"), ("", ""), ("*", "*")]
)
def test_there_is_no_key_for_an_unknown_app(path: Path, name: str, env: str) -> None:
    """The message says how one is made."""
    fault = fault_of(path, lambda file: file.new(name, env, "api"))
    assert fault == f"{path} has no app {name}-{env}: make it with --create"


# -- new apps -----------------------------------------------------------------------------------


def test_a_new_app_has_a_key_of_each_kind(path: Path) -> None:
    """It is added at the end, with a blank line before it, and the rest stays byte for byte."""
    api_key, private_key = KeyFile(path).new_app("new", "live")
    app = apps_of(path)["new-live"]
    assert app.current_api_key() == api_key
    assert app.has_private_key(private_key)
    assert path.read_text("utf-8") == (
        f'{SHOP}\n[[apps]]\nname = "new"\nenv = "live"\napi_keys = [{{key = "{api_key}"}}]\n'
        f'private_keys = [{{sha256 = "{digest(private_key)}"}}]\n'
    )


@pytest.mark.parametrize("content", [None, "", "\n\n", "# apps\n", "# no line end"])
def test_the_first_app_makes_the_file(tmp_path: Path, content: str | None) -> None:
    """Where there is none, or nothing in it; only its owner may read a new one."""
    path = tmp_path / "apps.toml"
    if content is not None:
        path.write_text(content, "utf-8")
        path.chmod(0o600)
    KeyFile(path).new_app("shop", "live")
    assert list(apps_of(path)) == ["shop-live"]
    assert path.read_text("utf-8").startswith(content or "[[apps]]")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    KeyFile(path).new_app("blog", "live")
    assert list(apps_of(path)) == ["shop-live", "blog-live"]


@pytest.mark.parametrize(
    ("name", "env", "fault"),
    [
        ("shop", "live", "shop-live is an app already"),
        ("shop-live", "", "app 3: lacks a text for: env"),
        ("", "live", "app 3: lacks a text for: name"),
        ("../x", "live", "app 3: name: takes letters, digits, '.', '_', '-' only"),
        ("x", "a b\n", "app 3: env: takes letters, digits, '.', '_', '-' only"),
        ('x"\nscan = true', "live", "app 3: name: takes letters, digits, '.', '_', '-' only"),
        ("x" * 101, "live", "app 3: name: takes letters, digits, '.', '_', '-' only"),
    ],
)
def test_an_app_that_the_server_would_refuse_is_not_written(
    path: Path, name: str, env: str, fault: str
) -> None:
    """The message names the file, not a draft of it."""
    told = fault_of(path, lambda file: file.new_app(name, env))
    assert told in (fault, f"APPS_FILE {path}, {fault}")


def test_an_app_of_the_same_folder_is_not_written(path: Path) -> None:
    """`a-b` + `c` and `a` + `b-c` are one folder."""
    KeyFile(path).new_app("a-b", "c")
    assert fault_of(path, lambda file: file.new_app("a", "b-c")) == "a-b-c is an app already"


# -- retiring -----------------------------------------------------------------------------------


def test_a_short_private_key_moves_into_the_list(path: Path) -> None:
    """As a digest with its end, in its old place; the key itself leaves the file."""
    KeyFile(path).retire("shop-live", fingerprint("p1"), at=END)
    shop = apps_of(path)["shop-live"]
    (key,) = shop.all_private_keys
    assert (key.value, key.not_after) == (digest("p1"), END)
    assert shop.has_private_key("p1"), "until then"
    assert path.read_text("utf-8") == SHOP.replace(
        'private_key = "p1"   # of the server\n',
        f'private_keys = [{{sha256 = "{digest("p1")}", not_after = 2999-01-01T00:00:00Z}}]'
        "   # of the server\n",
    )


def test_a_short_api_key_moves_into_the_list(path: Path) -> None:
    """With its end; others of the list stay before it."""
    new = KeyFile(path).new("shop", "live", "api")
    KeyFile(path).retire("shop-live", fingerprint("a1"), at=PAST)
    assert 'api_key = "a1"' not in path.read_text("utf-8")
    shop = apps_of(path)["shop-live"]
    assert [(key.value, key.not_after) for key in shop.all_api_keys] == [(new, None), ("a1", PAST)]
    assert shop.current_api_key() == new


def test_a_listed_key_gets_an_end(path: Path) -> None:
    """Only its entry changes, comments stay."""
    KeyFile(path).retire("blog-test", "0" * 8, at=END)
    before = SHOP.splitlines()
    after = path.read_text("utf-8").splitlines()
    changed = [(a, b) for a, b in zip(before, after, strict=True) if a != b]
    assert len(changed) == 1
    assert changed[0][1].endswith("# new")
    assert apps_of(path)["blog-test"].all_private_keys[1].not_after == END


def test_an_end_may_be_moved(path: Path) -> None:
    """What has an end gets another."""
    KeyFile(path).retire("blog-test", fingerprint("q1"), at=END)
    assert apps_of(path)["blog-test"].has_private_key("q1")
    KeyFile(path).retire("blog-test", fingerprint("q1"), at=PAST)
    assert not apps_of(path)["blog-test"].has_private_key("q1")
    assert "# Bob's" in path.read_text("utf-8")


def test_a_rotation_leaves_no_gap(path: Path) -> None:
    """New key, then the old one's end: at every step a key of each kind counts."""
    new = KeyFile(path).new("shop", "live", "private")
    shop = apps_of(path)["shop-live"]
    assert shop.has_private_key("p1")
    assert shop.has_private_key(new)
    KeyFile(path).retire("shop-live", fingerprint("p1"), at=now())
    shop = apps_of(path)["shop-live"]
    assert not shop.has_private_key("p1")
    assert shop.has_private_key(new)


@pytest.mark.parametrize(
    ("app", "shown", "fault"),
    [
        ("shop-test", P1, "{path} has no app shop-test: make it with --create"),
        ("shop-live", "ffffffff", "the fingerprint 'ffffffff' is that of no key of shop-live"),
        ("shop-live", B1, f"the fingerprint '{B1}' is that of no key of shop-live"),
        ("shop-live", f"{P1}0", f"the fingerprint '{P1}0' is that of no key of shop-live"),
        ("shop-live", "", "the fingerprint '' is that of 2 keys of shop-live"),
        ("blog-test", "", "the fingerprint '' is that of 3 keys of blog-test"),
    ],
)
def test_a_key_that_is_not_the_one_stays(path: Path, app: str, shown: str, fault: str) -> None:
    """No key, several, or another app's: nothing is changed."""
    told = fault_of(path, lambda file: file.retire(app, shown, at=PAST))
    assert told == fault.format(path=path)


def test_an_empty_fingerprint_ends_nothing(tmp_path: Path) -> None:
    """An app has two keys at least, so that a script's empty variable is never clear."""
    path = tmp_path / "apps.toml"
    path.write_text(
        '[[apps]]\nname = "a"\nenv = "b"\napi_keys = [{ key = "k" }]\n'
        'private_keys = [{ key = "p" }]\n'
    )
    for shown in ("", " "):
        fault_of(path, lambda file, shown=shown: file.retire("a-b", shown, at=PAST))


def test_a_beginning_that_is_unique_is_enough(path: Path) -> None:
    """As with Git's hashes."""
    KeyFile(path).retire("shop-live", fingerprint("a1")[:5], at=PAST)
    assert apps_of(path)["shop-live"].current_api_key() == ""


# -- listing ------------------------------------------------------------------------------------


def test_all_keys_are_listed_without_secrets(path: Path) -> None:
    """Of a private key only the fingerprint, as log lines have it."""
    listed = KeyFile(path).listed()
    assert listed == [
        ListedKey("shop-live", "api", fingerprint("a1"), "a1", None),
        ListedKey("shop-live", "private", fingerprint("p1"), "", None),
        ListedKey("blog-test", "api", fingerprint("b1"), "b1", None),
        ListedKey("blog-test", "private", fingerprint("q1"), "", PAST),
        ListedKey("blog-test", "private", "0" * 8, "", None),
    ]
    assert "p1" not in repr(listed)
    assert "q1" not in repr(listed)


def test_a_key_is_live_until_its_end() -> None:
    """The end itself is after the end, as for the server."""
    key = ListedKey("a-b", "api", "", "k", END)
    assert key.state(END - timedelta(seconds=1)) == "live"
    assert key.state(END) == "ended"
    assert ListedKey("a-b", "api", "", "k", None).state(END) == "live"


def test_listing_changes_nothing(path: Path) -> None:
    """Neither the file nor its folder."""
    before = path.stat()
    KeyFile(path).listed()
    assert path.stat().st_mtime_ns == before.st_mtime_ns
    assert names_in(path.parent) == ["apps.toml"]


# -- other ways to write the file ---------------------------------------------------------------

LAYOUTS = {
    "short": '[[apps]]\nname = "a"\nenv = "b"\napi_key = "k"\nprivate_key = "p"\n',
    "no line end": (
        '[[apps]]\nname = "a"\nenv = "b"\napi_keys=[{key="k"}]\nprivate_keys=[{key="p"}]'
    ),
    "one list": 'apps = [{ name = "a", env = "b", api_key = "k", private_key = "p" }]\n',
    "tables of keys": (
        '[[apps]]\nname = "a"\nenv = "b"\n[[apps.api_keys]]\nkey = "k"\n\n'
        '[[apps.private_keys]]\nkey = "p"\n'
    ),
    "tables of keys without line end": (
        '[[apps]]\nname = "a"\nenv = "b"\napi_key = "k"\n[[apps.private_keys]]\nkey = "p"'
    ),
    "dotted": (
        '[[apps]]\nname = "a"\nenv = "b"\ntexts.hint = "x"\napi_key = "k"\nprivate_key = "p"\n'
        "image.max_side = 5\n"
    ),
    "sub-tables": (
        '[[apps]]\nprivate_key = "p"\napi_key = "k"\nenv = "b"\nname = "a"\n\n'
        '# texts\n[apps.texts]\nhint = "x"\n\n[apps.image]\nmax_side = 5\n'
    ),
    "quoted": '[["apps"]]\n"name" = "a"\n\'env\' = "b"\n"api_key" = "k"\n\'private_key\' = "p"\n',
    "comments in a list": (
        '[[apps]]\nname = "a"\nenv = "b"\n'
        'api_keys = [ # list\n # none yet\n { key = "k" } # c\n ]\n'
        'private_keys = [\n\n { key = "p" }\n , # comma\n # end\n]\n'
    ),
    "indented": (
        '[[apps]]\n\tname = "a"\n\tenv = "b"\n\tapi_key = "k"\n\tprivate_key = """p"""\n\n\n# end\n'
    ),
    "several lines": (
        '[[apps]]\nname = "a"\nenv = "b"\napi_keys = [\n{key = "k"}]\nprivate_keys = [{key="p"},]\n'
    ),
}


@pytest.mark.parametrize("line_end", ["\n", "\r\n"], ids=["lf", "crlf"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_way_to_write_a_record_can_be_edited(
    tmp_path: Path, layout: str, line_end: str
) -> None:
    """All edits one after the other; what they do not mean stays, comments and line ends too."""
    path = tmp_path / "apps.toml"
    content = LAYOUTS[layout].replace("\n", line_end).encode()
    path.write_bytes(content)
    (before,) = apps_of(path).values()
    api_key = KeyFile(path).new("a", "b", "api", not_after=END)
    private_key = KeyFile(path).new("a", "b", "private")
    others = KeyFile(path).new_app("c", "d")
    KeyFile(path).retire("a-b", fingerprint("k"), at=PAST)
    KeyFile(path).retire("a-b", fingerprint("p"), at=PAST)
    KeyFile(path).retire("a-b", fingerprint(private_key), at=END)
    KeyFile(path).new("c", "d", "private", not_after=PAST)

    after, other = apps_of(path).values()
    assert {(key.value, key.not_after) for key in after.all_api_keys} == {
        ("k", PAST),
        (api_key, END),
    }
    assert {(key.value, key.not_after) for key in after.all_private_keys} == {
        (digest("p"), PAST),
        (digest(private_key), END),
    }
    assert after.rules == before.rules
    assert other.current_api_key() == others[0]
    assert other.has_private_key(others[1])
    assert len(other.all_private_keys) == 2
    edited = path.read_bytes()
    for line in content.splitlines():
        if b"#" in line:
            assert line[line.index(b"#") :] in edited
    assert (edited.count(b"\r\n") > 0) is (line_end == "\r\n")


# -- what cannot be read or written -------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("nonsense", "APPS_FILE {path}: is no TOML (at end of document)"),
        ('[[apps]]\nprivate_key = "HUNTER', "APPS_FILE {path}: is no TOML (at "),
        ('[[apps]]\nname = "a"\nname = "b"\n', "APPS_FILE {path}: is no TOML (at line "),
        (b'\xff = "HUNTER"', "APPS_FILE {path}: is no TOML"),
        ("x = 1\n", "APPS_FILE {path}: has unknown tables: x"),
        ('[[apps]]\nname = "a"\nenv = "b"\n', "APPS_FILE {path}, app 1: lacks a text for: "),
        ("x = " + "[" * 5000, "APPS_FILE {path}: is no TOML"),
    ],
)
def test_a_faulty_file_is_not_edited(tmp_path: Path, content: str | bytes, fault: str) -> None:
    """The message is the server's, with the position and without a secret."""
    path = tmp_path / "apps.toml"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    told = fault_of(path, lambda file: file.new_app("shop", "live"))
    assert told.startswith(fault.format(path=path))
    assert "HUNTER" not in told


def test_a_missing_file_has_no_keys(tmp_path: Path) -> None:
    """Nothing to list, to add to or to retire; nothing is made."""
    path = tmp_path / "apps.toml"
    edits = (
        lambda file: file.listed(),
        lambda file: file.new("a", "b", "api"),
        lambda file: file.retire("a-b", "0", at=PAST),
    )
    for edit in edits:
        assert str(path) in fault_of(path, edit)
    assert not path.exists()


def test_a_list_that_is_full_is_not_written(path: Path) -> None:
    """The fault is the server's."""
    listed = ", ".join(f'{{ key = "k{number}" }}' for number in range(MAX_KEYS))
    path.write_text(SHOP.replace('{ key = "b1" }', listed), "utf-8")
    told = fault_of(path, lambda file: file.new("blog", "test", "api"))
    assert told == f"APPS_FILE {path}, app 2: api_keys: wants a list of 1 to {MAX_KEYS} keys"


def test_a_directory_is_no_file(tmp_path: Path) -> None:
    """As the server says it."""
    for edit in (KeyFile.listed, lambda file: file.new("a", "b", "api")):
        with pytest.raises(ConfigurationError, match=r"wants a readable file \(Is a directory\)"):
            edit(KeyFile(tmp_path))


@pytest.mark.parametrize("step", ["open", "fsync", "rename", "interrupt"])
def test_a_disk_that_fails_changes_nothing(
    path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """Read-only, full, or Ctrl-C in between: the file is whole and no draft is left with a key."""
    error: BaseException = {
        "open": OSError(30, "Read-only file system"),
        "fsync": OSError(28, "No space left on device"),
        "rename": OSError(1, "Operation not permitted"),
        "interrupt": KeyboardInterrupt(),
    }[step]
    file = KeyFile(path)
    opened = os.open

    def open_for_reading(name: Any, flags: int, *more: Any, **others: Any) -> int:
        if flags & os.O_CREAT:
            raise error
        return opened(name, flags, *more, **others)

    with monkeypatch.context() as patch:
        if step == "open":
            patch.setattr("os.open", open_for_reading)
        elif step == "rename":
            patch.setattr(Path, "replace", Mock(side_effect=error))
        else:
            patch.setattr("os.fsync", Mock(side_effect=error))
        with pytest.raises(type(error)):
            file.new("shop", "live", "private")
    assert path.read_text("utf-8") == SHOP
    assert names_in(path.parent) == ["apps.toml"]
    key = file.new("shop", "live", "private")
    assert apps_of(path)["shop-live"].has_private_key(key), "it can be tried again"


def test_what_was_left_by_a_crash_is_no_hindrance(path: Path) -> None:
    """A draft of a process that was killed is replaced, whatever it is and however it is."""
    path.with_name(".apps.toml.new").write_text("nonsense")
    KeyFile(path).new("shop", "live", "private")
    assert names_in(path.parent) == ["apps.toml"]


def test_a_link_in_the_place_of_the_draft_is_not_followed(path: Path, tmp_path: Path) -> None:
    """Nobody can have us write the keys elsewhere."""
    elsewhere = tmp_path.parent / "elsewhere"
    elsewhere.write_text("untouched")
    path.with_name(".apps.toml.new").symlink_to(elsewhere)
    KeyFile(path).new("shop", "live", "private")
    assert elsewhere.read_text() == "untouched"
    assert len(apps_of(path)["shop-live"].all_private_keys) == 2


# -- the file itself ----------------------------------------------------------------------------


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664, 0o666])
def test_the_file_s_mode_is_kept(path: Path, mode: int) -> None:
    """Whatever the umask: the server's group must still be able to read it."""
    path.chmod(mode)
    before = os.umask(0o077)
    try:
        KeyFile(path).new("shop", "live", "private")
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == mode


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")
def test_the_file_s_owner_is_kept(path: Path) -> None:
    """Root adds a key to the server's file: the server must still be able to read it."""
    os.chown(path, 1234, 4321)
    path.chmod(0o600)
    KeyFile(path).new("shop", "live", "private")
    after = path.stat()
    assert (after.st_uid, after.st_gid, stat.S_IMODE(after.st_mode)) == (1234, 4321, 0o600)


def test_an_owner_who_cannot_be_kept_is_no_hindrance(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A colleague may edit a file of the group; it is theirs then, and the group's still."""
    given: list[tuple[int, int]] = []
    group = path.stat().st_gid

    def fchown(_file: int, owner: int, of_group: int) -> None:
        given.append((owner, of_group))
        if owner != -1:
            raise PermissionError

    monkeypatch.setattr("os.fchown", fchown)
    KeyFile(path).new("shop", "live", "private")
    assert given[-1] == (-1, group)
    assert len(apps_of(path)["shop-live"].all_private_keys) == 2


def test_a_link_is_followed(tmp_path: Path) -> None:
    """The file that it leads to is edited, and the link stays one."""
    (tmp_path / "real").mkdir()
    real, link = tmp_path / "real" / "shop.toml", tmp_path / "apps.toml"
    real.write_text(SHOP, "utf-8")
    link.symlink_to("real/shop.toml")
    key = KeyFile(link).new("shop", "live", "private")
    assert link.is_symlink()
    assert not real.is_symlink()
    assert apps_of(real)["shop-live"].has_private_key(key)
    assert names_in(tmp_path / "real") == ["shop.toml"]
    assert names_in(tmp_path) == ["apps.toml", "real"]


def test_a_mounted_folder_s_links_are_followed(tmp_path: Path) -> None:
    """As Kubernetes lays them: apps.toml to ..data/apps.toml, ..data to a dated folder."""
    (tmp_path / "..2026").mkdir()
    (tmp_path / "..2026" / "apps.toml").write_text(SHOP, "utf-8")
    (tmp_path / "..data").symlink_to("..2026")
    path = tmp_path / "apps.toml"
    path.symlink_to("..data/apps.toml")
    key = KeyFile(path).new("shop", "live", "private")
    assert path.is_symlink()
    assert apps_of(path)["shop-live"].has_private_key(key)


def test_a_link_to_nothing_makes_the_file_there(tmp_path: Path) -> None:
    """The link stays."""
    path = tmp_path / "apps.toml"
    path.symlink_to("later.toml")
    KeyFile(path).new_app("shop", "live")
    assert path.is_symlink()
    assert list(apps_of(tmp_path / "later.toml")) == ["shop-live"]


def test_a_link_to_itself_is_an_error(tmp_path: Path) -> None:
    """And not an endless loop."""
    path = tmp_path / "apps.toml"
    path.symlink_to("apps.toml")
    with pytest.raises((OSError, ConfigurationError)):
        KeyFile(path).new_app("shop", "live")


def test_the_path_may_be_relative(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the default, apps.toml, is."""
    monkeypatch.chdir(path.parent)
    KeyFile(Path("apps.toml")).new("shop", "live", "private")
    assert len(apps_of(path)["shop-live"].all_private_keys) == 2


def test_the_server_never_sees_half_a_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The new file takes the place of the old one in one step."""
    seen: list[str] = []
    replace = Path.replace

    def noted(draft: Path, target: Path) -> Path:
        assert path.read_text("utf-8") == SHOP
        tomllib.loads(draft.read_text("utf-8"))
        seen.append(draft.name)
        return replace(draft, target)

    monkeypatch.setattr(Path, "replace", noted)
    before = path.stat().st_ino
    KeyFile(path).new("shop", "live", "private")
    assert len(seen) == 1
    assert path.stat().st_ino != before


# -- several edits at once ----------------------------------------------------------------------


def add_keys(path: Path, count: int, made: Any, together: Any) -> None:
    """Add keys, each by a command of its own."""
    together.wait(60)
    for _ in range(count):
        made.put(KeyFile(path).new("shop", "live", "private"))


def test_edits_at_once_lose_no_key(path: Path) -> None:
    """Each key that was printed counts, however many commands run at the same time."""
    context = multiprocessing.get_context("spawn")
    made, together = context.Queue(), context.Barrier(4)
    processes = [context.Process(target=add_keys, args=(path, 8, made, together)) for _ in range(4)]
    for process in processes:
        process.start()
    keys = [made.get(timeout=60) for _ in range(32)]
    for process in processes:
        process.join(60)
        assert process.exitcode == 0
    shop = apps_of(path)["shop-live"]
    assert [key for key in keys if not shop.has_private_key(key)] == []
    assert len(shop.all_private_keys) == 33
    assert names_in(path.parent) == ["apps.toml"]


def test_what_changed_since_the_file_was_opened_stays(path: Path) -> None:
    """An edit begins with what the file says at its own moment."""
    first, second = KeyFile(path), KeyFile(path)
    keys = [first.new("shop", "live", "private"), second.new("shop", "live", "private")]
    shop = apps_of(path)["shop-live"]
    assert all(map(shop.has_private_key, keys))
    path.write_text(path.read_text("utf-8") + "# by hand\n", "utf-8")
    first.new("shop", "live", "api")
    assert path.read_text("utf-8").endswith("# by hand\n")


def test_an_edit_waits_for_the_one_before(path: Path) -> None:
    """While another one holds the folder's lock, nothing is read or written."""
    holder = os.open(path.parent, os.O_RDONLY)
    fcntl.flock(holder, fcntl.LOCK_EX)
    thread = threading.Thread(target=KeyFile(path).new, args=("shop", "live", "private"))
    thread.start()
    thread.join(0.2)  # if it does not wait, it is done by then
    assert thread.is_alive()
    assert path.read_text("utf-8") == SHOP
    path.write_text(f"{SHOP}# by the other\n", "utf-8")
    os.close(holder)
    thread.join(10)
    assert not thread.is_alive()
    assert path.read_text("utf-8").endswith("# by the other\n")
    assert len(apps_of(path)["shop-live"].all_private_keys) == 2


def test_now_is_what_the_file_can_hold() -> None:
    """Whole seconds in UTC."""
    moment = now()
    assert (moment.microsecond, moment.tzinfo) == (0, UTC)
    assert abs(datetime.now(UTC) - moment) < timedelta(seconds=5)


def test_api_keys_of_the_environment_do_not_matter(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the file is edited, checked and listed."""
    monkeypatch.setenv("API_KEYS", API_KEYS)
    KeyFile(path).new("shop", "live", "private")
    assert {key.app for key in KeyFile(path).listed()} == {"shop-live", "blog-test"}
