"""The apps' file changes under our running processes: what counts then, and what is logged."""

import http.client
import json
import os
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.integration.conftest import (
    PATIENCE,
    PROGRAMS,
    ROOT,
    Service,
    environment_for,
    eventually,
    frozen,
    is_alive,
    running,
    serve,
)
from tests.ports import free_port
from thumbor_renuo.apps import fingerprint
from thumbor_renuo.local_s3 import LocalS3

pytestmark = pytest.mark.integration

PROCESSES = 2
SOON = 5  # seconds: a change is looked for each second, on a machine that has more to do
READ, KEPT = "the apps were read again", "the apps stay as they were"
SHOP = """
[[apps]]
name = "shop"
env = "live"
api_key = "key-of-shop"
private_key = "private-of-shop"
"""
BLOG = """
[[apps]]
name = "blog"
env = "live"
api_key = "key-of-blog"
private_key = "private-of-blog"
"""


class Line:
    """A connection that one process holds: what is asked here, that process answers."""

    def __init__(self, service: Service, pid: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=PATIENCE)
        with ExitStack() as others:
            for other in service.children() - {pid}:
                others.enter_context(frozen(other))  # who is stopped accepts nothing
            assert self.status("/ping") == 200

    def ask(
        self, path: str, method: str = "GET", headers: dict[str, str] | None = None, **form: str
    ) -> tuple[int, bytes]:
        """Ask, and return status and body."""
        sent = {"Content-Type": "application/x-www-form-urlencoded"} if form else {}
        body = urlencode(form) if form else None
        self._connection.request(method, path, body, {**sent, **(headers or {})})
        answer = self._connection.getresponse()
        return answer.status, answer.read()

    def status(self, path: str, **more: Any) -> int:
        """Ask, and return the status."""
        return self.ask(path, **more)[0]

    def signs(self, api_key: str) -> bool:
        """Whether an API key counts."""
        status = self.status("/generate_policy", method="POST", api_key=api_key)
        assert status in {200, 403}
        return status == 200

    def lists(self, private_key: str) -> bool:
        """Whether a private key counts."""
        status = self.status("/list_files", headers={"Authorization": f"Bearer {private_key}"})
        assert status in {200, 403}
        return status == 200

    def close(self) -> None:
        """Leave."""
        self._connection.close()


class Apps:
    """A service of several processes, and the file of its apps."""

    def __init__(self, service: Service, path: Path) -> None:
        self.service, self.path = service, path
        self.lines = [Line(service, pid) for pid in sorted(service.children())]

    def write(self, content: str) -> None:
        """Write the file in one step."""
        draft = self.path.with_name("draft")
        draft.write_text(content, "utf-8")
        draft.replace(self.path)

    def everywhere(self, holds: Callable[[Line], bool]) -> bool:
        """Whether it holds in each process."""
        return all(holds(line) for line in self.lines)

    def soon(self, holds: Callable[[Line], bool], what: str) -> None:
        """Wait until it holds in each process."""
        eventually(lambda: self.everywhere(holds), what, SOON)

    def keys(self, *arguments: str) -> str:
        """What `thumbor-renuo keys …` prints."""
        return subprocess.run(
            [PROGRAMS / "thumbor-renuo", "keys", "--apps-file", self.path, *arguments],
            env={"PATH": os.environ["PATH"]},
            check=True,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        ).stdout

    def logged(self, words: str) -> int:
        """How many log lines have these words."""
        return sum(words in line["message"] for line in self.service.lines())


def environment(s3: LocalS3, path: Path) -> dict[str, str]:
    """A set-up with nothing but the file, in which wrong keys are not counted."""
    off = dict.fromkeys(("RATE_LIMIT_ADDRESS", "RATE_LIMIT_KEY", "RATE_LIMIT_WRONG_KEYS"), "off")
    return environment_for(s3, API_KEYS="", APPS_FILE=str(path), **off)


@contextmanager
def served(s3: LocalS3, folder: Path, path: Path) -> Iterator[Apps]:
    """`thumbor-renuo serve` with several processes."""
    with serve(folder, environment(s3, path), processes=PROCESSES) as service:
        eventually(lambda: len(service.children()) == PROCESSES, "all processes run")
        apps = Apps(service, path)
        yield apps
        for line in apps.lines:
            line.close()
        for secret in ("private-of-", "key-of-", "HUNTER"):
            assert secret not in service.text()


@pytest.fixture(scope="module")
def shared(local_s3: LocalS3, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Apps]:
    """One service for all tests that leave its processes alive."""
    folder = tmp_path_factory.mktemp("reload")
    (folder / "apps.toml").write_text(SHOP)
    with served(local_s3, folder, folder / "apps.toml") as apps:
        yield apps


@pytest.fixture
def apps(shared: Apps) -> Apps:
    """With the shop as its only app, and no old connection in use."""
    shared.write(SHOP)
    shared.soon(lambda line: line.signs("key-of-shop"), "the shop is known")
    shared.soon(lambda line: not line.signs("key-of-blog"), "the blog is not")
    shared.soon(lambda line: line.lists("private-of-shop"), "its old private key counts")
    return shared


# -- good changes -------------------------------------------------------------------------------


def test_a_key_is_followed_by_another_without_a_restart(apps: Apps) -> None:
    """New keys count in every process, then retired ones do not, and none was missing between."""
    before = apps.service.children()
    api_key = apps.keys("new", "shop", "live", "--kind", "api").split()[1]
    private_key = apps.keys("new", "shop", "live").split()[1]
    apps.soon(lambda line: line.signs(api_key) and line.lists(private_key), "new keys count")
    assert apps.everywhere(lambda line: line.signs("key-of-shop"))
    assert apps.everywhere(lambda line: line.lists("private-of-shop"))
    for old in ("key-of-shop", "private-of-shop"):
        apps.keys("retire", "shop-live", fingerprint(old))
    apps.soon(lambda line: not line.signs("key-of-shop"), "the old API key is refused")
    apps.soon(lambda line: not line.lists("private-of-shop"), "the old private key is refused")
    assert apps.everywhere(lambda line: line.signs(api_key) and line.lists(private_key))
    assert apps.service.children() == before
    assert private_key not in apps.service.text()


def test_a_key_ends_by_itself(apps: Apps) -> None:
    """At its moment, with nothing to read again."""
    end = datetime.now(UTC) + timedelta(seconds=4)
    old = f'{{ key = "private-of-shop", not_after = {end.isoformat()} }}'
    shop = SHOP.replace('private_key = "private-of-shop"', f"private_keys = [{old}]")
    apps.write(shop + BLOG)
    apps.soon(lambda line: line.signs("key-of-blog"), "the file is read")
    assert apps.everywhere(lambda line: line.lists("private-of-shop")) or datetime.now(UTC) >= end
    apps.soon(lambda line: not line.lists("private-of-shop"), "the key has ended")
    assert datetime.now(UTC) >= end


def test_a_new_app_is_served(apps: Apps) -> None:
    """Beside the others; its folder's originals are served from then on."""
    path = "/o/new-live/ab12/none.jpg"
    api_key = apps.keys("new", "new", "live", "--create").split()[1]
    apps.soon(lambda line: line.signs(api_key), "the new app is known")
    assert apps.everywhere(lambda line: line.signs("key-of-shop"))
    assert apps.everywhere(lambda line: line.status(path) == 404)


def test_rules_count_from_then_on(apps: Apps) -> None:
    """A page is told of new limits, and a new signature has them."""

    def told(line: Line) -> Any:
        status, body = line.ask("/apps/key-of-shop")
        assert status == 200
        return json.loads(body)["max_bytes"]

    assert apps.everywhere(lambda line: told(line) != 1234)
    apps.write(f"{SHOP}max_bytes = 1234\n")
    apps.soon(lambda line: told(line) == 1234, "the limit is known")
    file = {"filename": "a.jpg", "content_type": "image/jpeg", "api_key": "key-of-shop"}
    for size, status in (("1234", 200), ("1235", 413)):
        assert apps.everywhere(
            lambda line, size=size, status=status: (
                line.status("/generate_policy", method="POST", size=size, **file) == status
            )
        )


@pytest.mark.parametrize("way", ["in place", "in one step", "removed and made again"])
def test_any_way_to_change_the_file_is_noticed(apps: Apps, way: str) -> None:
    """An editor, `mv`, or a deployment that begins by removing."""
    content = SHOP + BLOG
    if way == "in place":
        apps.path.write_text(content)
    elif way == "in one step":
        apps.write(content)
    else:
        apps.path.unlink()
        apps.path.write_text(content)
    apps.soon(lambda line: line.signs("key-of-blog"), "the blog is known")
    assert apps.everywhere(lambda line: line.signs("key-of-shop"))


def test_no_request_is_refused_while_the_file_changes(apps: Apps) -> None:
    """Forty changes; a key that stands in all of them counts at every moment."""
    stop = threading.Event()
    refused: list[int] = []
    asked = [0] * len(apps.lines)

    def ask(number: int) -> None:
        while not stop.is_set():
            if not apps.lines[number].signs("key-of-shop"):
                refused.append(number)
            asked[number] += 1

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(len(apps.lines))]
    for thread in threads:
        thread.start()
    read = apps.logged(READ)
    for change in range(40):
        apps.write(SHOP + BLOG if change % 2 else f"{SHOP}max_bytes = {1000 + change}\n")
        apps.service.process.send_signal(signal.SIGHUP)
        sofar = list(asked)
        eventually(
            lambda sofar=sofar: all(a > b for a, b in zip(asked, sofar, strict=True)),
            "each process answers",
        )
    stop.set()
    for thread in threads:
        thread.join(PATIENCE)
    assert refused == []
    assert apps.logged(READ) > read + PROCESSES


# -- faults -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (f"{SHOP}{BLOG}[[apps]\n", ": is no TOML (at line 13, column 7)"),
        (f'{SHOP}{BLOG}colour = "HUNTER"\n', ", app 2: has unknown fields: colour"),
        (f'{SHOP}{BLOG}max_bytes = "HUNTER"\n', ", app 2: max_bytes: wants a whole number of "),
        (f"{SHOP}{BLOG}private_keys = [{{ }}]\n", ", app 2: private_keys: wants "),
        (f"{BLOG}{BLOG}", ", app 2: blog-live has a record"),
        ("", ": wants at least one [[apps]] table"),
    ],
)
def test_a_faulty_file_leaves_the_old_apps(apps: Apps, content: str, reason: str) -> None:
    """Each process logs the fault with its position, once, and serves on; a mended file counts."""
    words = f"{KEPT}: APPS_FILE {apps.path}{reason}"
    before = apps.logged(words)
    apps.write(content)
    # Our processes, and the parent, which keeps the apps for those it will start.
    eventually(lambda: apps.logged(words) >= before + PROCESSES + 1, "all say why", SOON)
    assert apps.everywhere(lambda line: line.signs("key-of-shop"))
    assert apps.everywhere(lambda line: not line.signs("key-of-blog"))
    assert {line["level"] for line in apps.service.lines() if words in line["message"]} == {"error"}
    apps.write(SHOP + BLOG)
    apps.soon(lambda line: line.signs("key-of-blog"), "the mended file counts")
    assert apps.logged(words) == before + PROCESSES + 1, "an unchanged file is not complained of"


def test_a_removed_file_leaves_the_old_apps(apps: Apps) -> None:
    """Until there is one again."""
    words = f"{KEPT}: APPS_FILE: got '{apps.path}', wants a readable file (No such file"
    before = apps.logged(words)
    apps.path.unlink()
    eventually(lambda: apps.logged(words) == before + PROCESSES + 1, "all say why", SOON)
    assert apps.everywhere(lambda line: line.signs("key-of-shop"))
    apps.write(SHOP + BLOG)
    apps.soon(lambda line: line.signs("key-of-blog"), "the new file counts")


# -- SIGHUP -------------------------------------------------------------------------------------


def test_sighup_reads_the_file_in_all_processes(apps: Apps) -> None:
    """Though it has not changed; nobody ends of it."""
    for _ in range(3):
        before, children = apps.logged(READ), apps.service.children()
        apps.service.process.send_signal(signal.SIGHUP)
        eventually(
            lambda before=before: apps.logged(READ) == before + PROCESSES, "all read it again"
        )
        assert apps.service.children() == children
    assert apps.everywhere(lambda line: line.signs("key-of-shop"))


def test_sighup_with_a_faulty_file_ends_nobody(apps: Apps) -> None:
    """It is the same fault once more."""
    words = f"{KEPT}: APPS_FILE {apps.path}: is no TOML (at end of document)"
    before, children = apps.logged(words), apps.service.children()
    apps.write("nonsense")
    eventually(lambda: apps.logged(words) == before + PROCESSES + 1, "all say why", SOON)
    apps.service.process.send_signal(signal.SIGHUP)
    eventually(lambda: apps.logged(words) == before + 2 * PROCESSES + 1, "the children once more")
    assert apps.service.children() == children
    assert apps.everywhere(lambda line: line.signs("key-of-shop"))


# -- processes that are replaced ----------------------------------------------------------------


def test_a_new_process_begins_with_what_the_others_have(local_s3: LocalS3, tmp_path: Path) -> None:
    """Not with the apps of the start, though the file has become faulty since its last change."""
    path = tmp_path / "apps.toml"
    path.write_text(SHOP)
    with served(local_s3, tmp_path, path) as apps:
        parent_has_read = f"{READ}: 1 records"
        apps.write(BLOG)
        apps.soon(lambda line: line.signs("key-of-blog"), "the change is known")
        eventually(lambda: apps.logged(parent_has_read) == PROCESSES + 1, "and to the parent")
        apps.write("nonsense")
        eventually(lambda: apps.logged(KEPT) == PROCESSES + 1, "all say why", SOON)
        (old, other) = sorted(apps.service.children())
        os.kill(old, signal.SIGKILL)
        eventually(
            lambda: not is_alive(old) and len(apps.service.children()) == PROCESSES, "a new one"
        )
        (new,) = apps.service.children() - {other}
        apps.lines.append(Line(apps.service, new))
        assert apps.lines[-1].signs("key-of-blog")
        assert not apps.lines[-1].signs("key-of-shop")
        apps.lines.pop(0).close()
        apps.write(SHOP)
        apps.soon(lambda line: line.signs("key-of-shop"), "the new one watches, too")


def test_a_mounted_folder_is_followed(local_s3: LocalS3, tmp_path: Path) -> None:
    """Kubernetes mounts links and swaps the folder behind them."""
    mount = tmp_path / "mount"
    for name, content in (("..2026_1", SHOP), ("..2026_2", SHOP + BLOG)):
        (mount / name).mkdir(parents=True)
        (mount / name / "apps.toml").write_text(content)
    (mount / "..data").symlink_to("..2026_1")
    (mount / "apps.toml").symlink_to("..data/apps.toml")
    with served(local_s3, tmp_path, mount / "apps.toml") as apps:
        assert apps.everywhere(lambda line: not line.signs("key-of-blog"))
        (mount / "..data_tmp").symlink_to("..2026_2")
        (mount / "..data_tmp").replace(mount / "..data")
        apps.soon(lambda line: line.signs("key-of-blog"), "the new folder counts")
        assert apps.everywhere(lambda line: line.signs("key-of-shop"))


# -- thumbor -c ---------------------------------------------------------------------------------


def test_thumbor_alone_follows_the_file(local_s3: LocalS3, tmp_path: Path) -> None:
    """Its very first request already sees what has changed since the start."""
    path = tmp_path / "apps.toml"
    path.write_text(SHOP)
    port = free_port()
    arguments = ["thumbor", "-c", str(ROOT / "thumbor.conf"), "-p", str(port), "-i", "127.0.0.1"]
    with running(arguments, port, tmp_path, environment(local_s3, path)) as service:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        eventually(lambda: connects(connection), "it listens")
        path.write_text(BLOG)
        assert asked(connection, "key-of-blog") == 200, "the first request of all"
        assert asked(connection, "key-of-shop") == 403
        path.write_text("nonsense")
        eventually(lambda: service.lines(level="error"), "the fault is logged", SOON)
        assert asked(connection, "key-of-blog") == 200
        path.write_text(SHOP + BLOG)
        eventually(lambda: asked(connection, "key-of-shop") == 200, "the change counts", SOON)
        before = service.text().count(READ)
        service.process.send_signal(signal.SIGHUP)
        eventually(lambda: service.text().count(READ) == before + 1, "SIGHUP reads it again")
        assert asked(connection, "key-of-shop") == 200
        connection.close()


def connects(connection: http.client.HTTPConnection) -> bool:
    """Whether anybody listens; nothing is asked yet."""
    try:
        connection.connect()
    except ConnectionError:
        return False
    return True


def asked(connection: http.client.HTTPConnection, api_key: str) -> int:
    """The status of a question about an app."""
    connection.request("GET", f"/apps/{api_key}")
    answer = connection.getresponse()
    answer.read()
    return answer.status
