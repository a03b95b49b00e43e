"""The demo command: one port, its data kept between runs, and nothing left when it ends."""

import json
import os
import signal
import stat
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from tests.integration.conftest import (
    PATIENCE,
    eventually,
    is_alive,
    is_listening,
    noise,
    post_form,
    running,
    session_members,
    size_of,
    stat_fields,
)
from tests.ports import free_port

pytestmark = pytest.mark.integration


@contextmanager
def command(folder):
    """The demo with its data in a folder; at the end SIGTERM, if it still runs."""
    port = free_port()
    arguments = ["thumbor-renuo", "demo", "--port", str(port), "--processes", "2"]
    with running(arguments, port, folder, {"DATA_DIR": str(folder / "data")}) as service:
        weed = eventually(lambda: weed_of(service), "the S3 server starts")
        yield service
        weed = weed_of(service) or weed
        if service.process.poll() is None:
            assert service.stop(signal.SIGTERM) == 0
        ports = [service.port, *s3_ports(folder)]
        eventually(lambda: not session_members(service.pid), "no process of ours is left")
        eventually(lambda: not is_alive(weed), "no S3 server is left")
        assert [port for port in ports if is_listening(port)] == []
        for port in ports:  # of a server that was killed; their place is not ours to choose
            for path in Path("/tmp").glob(f"seaweedfs-*-{port}.sock"):
                path.unlink()


@contextmanager
def demo(folder):
    """The demo, once it has said that it is ready."""
    with command(folder) as service:
        eventually(lambda: facts_file(folder).exists() and service.is_ready(), "the demo is ready")
        yield service


def facts_file(folder):
    """Return the path of what a script may know."""
    return folder / "data" / "demo.json"


def facts_of(folder):
    """Return what a script may know."""
    return json.loads(facts_file(folder).read_text())


def weed_of(service):
    """Return the process of the S3 server."""
    pids = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdecimal()]
    ours = [pid for pid in pids if stat_fields(pid)[1:2] == [str(service.pid)] and is_alive(pid)]
    weeds = [pid for pid in ours if stat_fields(pid)[3:4] == [str(pid)]]  # leads a session
    return weeds[0] if weeds else None


def s3_ports(folder):
    """Return all ports of the S3 server."""
    return json.loads((folder / "data" / "s3" / "ports.json").read_text()).values()


def upload(service, app, content):
    """Upload a picture as a page does; return the path of the original."""
    policy = requests.post(
        f"{service.url}/generate_policy", data={"api_key": app["api_key"]}, timeout=PATIENCE
    ).json()
    assert post_form(policy, "a.png", content) == 204
    return "/" + policy["data"]["key"].replace("${filename}", "a.png")


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """One running demo and its folder."""
    folder = tmp_path_factory.mktemp("demo")
    with demo(folder) as service:
        yield service, folder


def test_the_facts_have_their_documented_shape(shared):
    """What a script needs stands in demo.json, which only its owner may read, and it is true."""
    service, folder = shared
    facts = facts_of(folder)
    assert stat.S_IMODE(facts_file(folder).stat().st_mode) == 0o600
    assert list(facts) == ["url", "pid", "s3", "apps"]
    assert facts["url"] == f"http://localhost:{service.port}/"
    assert facts["pid"] == service.pid
    assert list(facts["s3"]) == ["endpoint", "bucket", "access_key", "secret_key", "region"]
    assert facts["s3"]["region"] == "eu-central-1"
    assert requests.get(facts["s3"]["endpoint"], timeout=PATIENCE).status_code == 403
    assert len(facts["apps"]) == 2
    for app in facts["apps"]:
        assert list(app) == ["full_name", "api_key", "private_key"]
        assert all(isinstance(value, str) and value for value in app.values())
    assert len({app["api_key"] for app in facts["apps"]}) == 2
    assert facts["url"] in service.text()


def test_the_page_is_at_the_root_and_may_load_only_its_own(shared):
    """The page has a policy that names the S3 server, and holds public keys only."""
    service, folder = shared
    facts = facts_of(folder)
    page = requests.get(facts["url"], timeout=PATIENCE)
    assert page.status_code == 200
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    directives = page.headers["Content-Security-Policy"].split("; ")
    assert "default-src 'none'" in directives
    assert "script-src 'self'" in directives
    ours = facts["url"].removeprefix("http://").rstrip("/")  # the demo is its own CDN
    assert f"connect-src 'self' {facts['s3']['endpoint']} {ours}" in directives
    for app in facts["apps"]:
        assert app["api_key"] in page.text
        assert app["private_key"] not in page.text
    assert facts["s3"]["secret_key"] not in page.text
    assert service.get("/ready").json() == {"ready": True, "missing": {}}


def test_a_killed_s3_server_is_started_again(shared):
    """After kill -9 of the S3 server what was uploaded is there, and more can be."""
    service, folder = shared
    app = facts_of(folder)["apps"][0]
    picture = noise(60, 40, "PNG")
    before = upload(service, app, picture)
    weed, processes = weed_of(service), service.children()
    os.kill(weed, signal.SIGKILL)
    eventually(lambda: weed_of(service) not in {None, weed}, "it is started again")
    eventually(lambda: service.get(before).content == picture, "what it had is there")
    after = upload(service, app, picture)
    assert size_of(service.get(f"/t/30x20/u{after}").content) == (30, 20)
    assert service.children() == processes


def test_an_upload_survives_a_stop_and_a_kill_leaves_nothing(tmp_path):
    """Ctrl-C ends everything, the next run has the same keys and objects, and a kill ends that."""
    picture = noise(60, 40, "PNG")
    with demo(tmp_path) as first:
        facts = facts_of(tmp_path)
        path = upload(first, facts["apps"][1], picture)
        os.killpg(first.pid, signal.SIGINT)  # a terminal sends it to the whole group
        assert first.process.wait(PATIENCE) == 0
        assert session_members(first.pid) == []
        assert not facts_file(tmp_path).exists()
        assert "Traceback" not in first.text()
    with demo(tmp_path) as second:
        again = facts_of(tmp_path)
        assert again["apps"] == facts["apps"]
        assert again["s3"] == facts["s3"]
        assert second.get(path).content == picture
        second.process.kill()
        second.process.wait(PATIENCE)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
def test_a_stop_while_it_starts_leaves_nothing(tmp_path, number):
    """A signal that comes while the S3 server comes up ends that as well, without a traceback."""
    with command(tmp_path) as service:
        os.killpg(service.pid, number)
        service.process.wait(PATIENCE)
        assert not facts_file(tmp_path).exists()
        assert "Traceback" not in service.text()


def test_a_second_start_leaves_the_first_alone(shared):
    """It says that the port or the folder is taken, and the facts of the first stay."""
    service, folder = shared
    before = facts_of(folder)
    for port in (service.port, free_port()):
        second = subprocess.run(
            [Path(sys.executable).with_name("thumbor-renuo"), "demo", "--port", str(port)],
            env={**os.environ, "DATA_DIR": str(folder / "data")},
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert second.returncode == 1
        assert "Traceback" not in second.stderr
        assert "cannot listen" in second.stderr or "Another S3 server" in second.stderr
        assert facts_of(folder) == before
