"""Our processes in front of a real S3 server: the whole loop, load, signals and log lines."""

import asyncio
import base64
import hashlib
import hmac
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests
from libthumbor import CryptoURL

from tests.conftest import ENVIRONMENT
from tests.integration.conftest import (
    API_KEY,
    APP,
    BUCKET,
    OTHER_API_KEY,
    OTHER_APP,
    PATIENCE,
    PRIVATE_KEYS,
    PROGRAMS,
    ROOT,
    environment_for,
    eventually,
    is_alive,
    is_listening,
    noise,
    post_form,
    s3_client,
    serve,
    session_members,
    size_of,
    store,
    thumbor,
)
from tests.integration.load import Load, Outcome
from tests.ports import free_port

pytestmark = pytest.mark.integration

PROCESSES = 4
GROWTH_BYTES = 30 * 1024**2
SHUTDOWN_SECONDS = 10
KILL_AFTER_SECONDS = 5


@pytest.fixture(scope="module")
def service(local_s3, tmp_path_factory):
    """Two processes for all tests that only ask; 127.0.0.1 is a proxy that they trust."""
    environment = environment_for(
        local_s3, TRUSTED_PROXIES="127.0.0.1", UPLOAD_POLICY_SECONDS="600"
    )
    with serve(tmp_path_factory.mktemp("serve"), environment, processes=2) as running:
        yield running


@pytest.fixture(scope="module")
def paths(local_s3):
    """What a load asks for: thumbnails, an original of a megabyte, and a ping."""
    small = store(local_s3, "small.jpg", noise(160, 120))
    large = store(local_s3, "large.bin", os.urandom(1 << 20))
    return [f"/t/50x40/u/{small}", f"/{large}", f"/{small}", "/ping", f"/t/u/{small}"]


@pytest.fixture(scope="module")
def heavy(local_s3):
    """The key of an original that no socket's buffers can hold."""
    return store(local_s3, "heavy.bin", os.urandom(1 << 20) * 24)


def policy_for(service, api_key=API_KEY):
    """Return what a page gets before an upload."""
    answer = requests.post(
        f"{service.url}/generate_policy", data={"api_key": api_key}, timeout=PATIENCE
    )
    assert answer.status_code == 200
    return answer.json()


def key_of(policy, name):
    """Return the object key that an upload under this policy gets."""
    return policy["data"]["key"].replace("${filename}", name)


def forged(policy, changes):
    """Return the policy with other values in its form."""
    return {**policy, "data": {**policy["data"], **changes}}


def exists(s3, key):
    """Tell whether the bucket has the object."""
    return s3_client(s3).list_objects_v2(Bucket=BUCKET, Prefix=key)["KeyCount"] == 1


class SlowClient:
    """Asks for a path and reads the answer's head, and its body as fast as a test says."""

    def __init__(self, port, path):
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 16)
        self._socket.settimeout(PATIENCE)
        self._socket.connect(("127.0.0.1", port))
        self._socket.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        self._answer = http.client.HTTPResponse(self._socket)
        self._answer.begin()
        assert self._answer.status == 200
        self.length = int(self._answer.headers["Content-Length"])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._answer.close()
        self._socket.close()

    def read(self, seconds):
        """Read the body evenly over so many seconds; return how many bytes came."""
        began, read = time.monotonic(), 0
        with suppress(ConnectionError):
            while piece := self._answer.read1(1 << 18):
                read += len(piece)
                time.sleep(max(0, began + seconds * read / self.length - time.monotonic()))
        return read


def ports_of(pid, port):
    """Return the clients' ports of the connections that a process holds on our port."""
    inodes = {str(entry.readlink()) for entry in Path(f"/proc/{pid}/fd").iterdir()}
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return {
        int(row[2].split(":")[1], 16)
        for row in rows
        if int(row[1].split(":")[1], 16) == port and f"socket:[{row[9]}]" in inodes
    } - {0}


# -- thumbor -c alone ---------------------------------------------------------------------------


def test_thumbor_alone_runs_all_of_it(local_s3, tmp_path):
    """`thumbor -c thumbor.conf` signs, serves originals, both kinds of thumbnails and checks."""
    picture = noise(90, 60)
    with thumbor(tmp_path, environment_for(local_s3)) as single:
        policy = policy_for(single)
        assert post_form(policy, "a.jpg", picture) == 204
        key = key_of(policy, "a.jpg")
        assert single.get(f"/{key}").content == picture
        assert size_of(single.get(f"/t/30x20/u/{key}").content) == (30, 20)
        crypto = CryptoURL(key=ENVIRONMENT["THUMBOR_SECURITY_KEY"])
        signed = crypto.generate(image_url=key, width=45, height=30)
        assert size_of(single.get(signed).content) == (45, 30)
        forged = single.get(signed.replace("45x30", "46x30"))
        assert (forged.status_code, forged.json()["error"]) == (400, "bad_request")
        unsafe = single.get(f"/unsafe/45x30/{key}")
        assert (unsafe.status_code, unsafe.json()["error"]) == (400, "bad_request")
        assert single.get("/healthcheck").text == "WORKING"


@pytest.mark.parametrize(
    "command",
    [
        ["thumbor", "-c", str(ROOT / "thumbor.conf"), "-p", "9", "-i", "127.0.0.1"],
        ["thumbor-renuo", "serve", "-p", "9", "--bind", "127.0.0.1"],
        ["thumbor-renuo", "serve", "-c", str(ROOT / "thumbor.conf"), "-p", "9"],
    ],
    ids=["thumbor", "serve", "serve -c"],
)
def test_a_faulty_set_up_stops_the_start_with_one_message(command, tmp_path):
    """All faults are listed at once, options and apps, without a traceback or a secret."""
    apps = tmp_path / "apps.toml"
    apps.write_text('[[apps]]\nname = "a"\nenv = "b"\napi_key = "c"\nprivate_key = 5\n')
    faulty = {
        **ENVIRONMENT,
        "S3_SECRET_KEY": "very hidden",
        "S3_RETRIES": "many",
        "CDN_HOST": "https://cdn.example.com",
        "THUMBOR_SECURITY_KEY": "hidden",
        "APPS_FILE": str(apps),
    }
    ended = subprocess.run(
        [PROGRAMS / command[0], *command[1:]],
        env={"PATH": os.environ["PATH"], **faulty},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert ended.returncode == 1
    message = ended.stderr.splitlines()
    assert message[0] == "thumbor_renuo cannot start; 5 to mend:"
    names = ["S3_SECRET_KEY", "S3_RETRIES", "CDN_HOST", "THUMBOR_SECURITY_KEY", "APPS_FILE"]
    assert [line.split()[1].rstrip(":") for line in message[1:]] == names
    for secret in ("hidden", "98765", "Traceback"):
        assert secret not in ended.stdout + ended.stderr


# -- upload and back ----------------------------------------------------------------------------


def test_an_upload_comes_back_as_it_was(service):
    """What a form of ours uploaded is served whole, in part, and not again when it is known."""
    content = os.urandom(300_000)
    policy = policy_for(service)
    assert post_form(policy, "bytes.bin", content) == 204
    path = "/" + key_of(policy, "bytes.bin")
    assert policy["file_url_path"] == f"//cdn.example.com{path.removesuffix('bytes.bin')}"

    whole = service.get(path)
    assert (whole.status_code, whole.content) == (200, content)
    part = service.get(path, headers={"Range": "bytes=100-199"})
    assert (part.status_code, part.content) == (206, content[100:200])
    assert part.headers["Content-Range"] == "bytes 100-199/300000"
    for condition in (
        {"If-None-Match": whole.headers["ETag"]},
        {"If-Modified-Since": whole.headers["Last-Modified"]},
    ):
        known = service.get(path, headers=condition)
        assert (known.status_code, known.content) == (304, b"")
        assert known.headers["ETag"] == whole.headers["ETag"]
    changed = service.get(path, headers={"If-None-Match": '"another"'})
    assert (changed.status_code, changed.content) == (200, content)
    beyond = service.get(path, headers={"Range": "bytes=300000-"})
    assert (beyond.status_code, beyond.headers["Content-Range"]) == (416, "bytes */300000")


@pytest.mark.parametrize("case", ["another prefix", "another app's folder", "forged signature"])
def test_s3_refuses_what_the_policy_does_not_allow(service, local_s3, case):
    """A key outside the signed prefix, or a signature that is not ours, stores nothing."""
    policy, other = policy_for(service), policy_for(service, OTHER_API_KEY)
    changes = {
        "another prefix": {"key": f"o/{APP}/elsewhere/a.bin"},
        "another app's folder": {"key": key_of(other, "a.bin")},
        "forged signature": {"x_amz_signature": "0" * 64},
    }[case]
    key = changes.get("key", key_of(policy, "a.bin"))
    assert post_form(forged(policy, changes), "a.bin", b"no") == 403
    assert not exists(local_s3, key)
    assert post_form(policy, "a.bin", b"yes") == 204


def test_s3_refuses_an_expired_policy(service, local_s3):
    """Our own policy, re-signed with an earlier expiration and nothing else changed, is too old."""
    form = policy_for(service)
    policy = json.loads(base64.b64decode(form["data"]["policy"]))
    statuses = {}
    for name, minutes in {"late.bin": -1, "good.bin": 1}.items():
        expiration = datetime.now(UTC) + timedelta(minutes=minutes)
        policy["expiration"] = f"{expiration:%Y-%m-%dT%H:%M:%SZ}"
        encoded = base64.b64encode(json.dumps(policy).encode()).decode()
        signature = sign(local_s3.secret_key, form["data"]["x_amz_credential"], encoded)
        resigned = forged(form, {"policy": encoded, "x_amz_signature": signature})
        statuses[name] = post_form(resigned, name, b"?")
    assert statuses == {"late.bin": 403, "good.bin": 204}
    assert not exists(local_s3, key_of(form, "late.bin"))


def sign(secret, credential, policy):
    """Sign a policy (Signature Version 4, "POST policy")."""
    key = b"AWS4" + secret.encode()
    for part in [*credential.split("/")[1:], policy]:
        key = hmac.digest(key, part.encode(), hashlib.sha256)
    return key.hex()


# -- SIGTERM ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "attempt", [1, *[pytest.param(number, marks=pytest.mark.long) for number in range(2, 21)]]
)
def test_sigterm_under_load_loses_no_request(local_s3, tmp_path, paths, attempt):
    """Sixteen busy clients see answers until they are refused; nothing that was sent is lost."""
    assert attempt
    environment = environment_for(local_s3, SHUTDOWN_SECONDS=str(SHUTDOWN_SECONDS))
    with serve(tmp_path, environment, processes=PROCESSES) as service:
        eventually(lambda: len(service.children()) == PROCESSES, "all processes run")

        async def scenario():
            async with Load(service.port, paths, until_refused=True) as load:
                await load.answered(200)
                service.process.send_signal(signal.SIGTERM)
                await load.ended()
            return load

        load = asyncio.run(scenario())
        began = time.monotonic()
        assert service.process.wait(PATIENCE) == 0
        assert time.monotonic() - began < SHUTDOWN_SECONDS + KILL_AFTER_SECONDS
        assert load.of(Outcome.LOST) == []
        assert load.count(Outcome.REFUSED) == 16
        assert load.statuses().keys() == {200, 0}
        assert session_members(service.pid) == []
        assert not is_listening(service.port)
        assert service.lines(level="error") == []


def test_sigterm_waits_for_an_original_that_is_read_slowly(local_s3, tmp_path, heavy):
    """A client that takes two more seconds for its original gets all of it."""
    with serve(tmp_path, environment_for(local_s3)) as service:
        with SlowClient(service.port, f"/{heavy}") as client:
            service.process.send_signal(signal.SIGTERM)
            eventually(lambda: not is_listening(service.port), "no new connections")
            assert client.read(seconds=2) == client.length == 24 << 20
        assert service.process.wait(PATIENCE) == 0
        assert service.line(route="original")["status"] == 200


def test_sigterm_waits_for_a_thumbnail_that_is_read_slowly(local_s3, tmp_path):
    """A thumbnail that is made, but not yet at its client, is in flight as well."""
    key = store(local_s3, "noise.png", noise(2400, 2400, "PNG"))
    with serve(tmp_path, environment_for(local_s3)) as service:
        with SlowClient(service.port, f"/t/2399x2399/u/{key}") as client:
            assert client.length > 8 << 20
            service.process.send_signal(signal.SIGTERM)
            eventually(lambda: not is_listening(service.port), "no new connections")
            assert client.read(seconds=2) == client.length
        assert service.process.wait(PATIENCE) == 0


def test_sigterm_cuts_what_takes_longer_than_allowed(local_s3, tmp_path, heavy):
    """A client that stops reading does not keep the process past SHUTDOWN_SECONDS."""
    with serve(tmp_path, environment_for(local_s3, SHUTDOWN_SECONDS="1")) as service:
        with SlowClient(service.port, f"/{heavy}") as client:
            began = time.monotonic()
            assert service.stop() == 0
            assert 1 <= time.monotonic() - began < 1 + KILL_AFTER_SECONDS
            assert client.read(seconds=0) < client.length
        service.line(message="1 requests were not finished in 1 s", level="error")


def test_a_second_signal_stops_at_once(local_s3, tmp_path, heavy):
    """It cuts what the first one lets finish, and leaves nothing."""
    with serve(tmp_path, environment_for(local_s3, SHUTDOWN_SECONDS="60")) as service:
        (child,) = eventually(service.children, "it runs")
        with SlowClient(service.port, f"/{heavy}") as client:
            service.process.send_signal(signal.SIGTERM)
            eventually(lambda: not is_listening(service.port), "no new connections")
            assert service.stop(signal.SIGINT) == 0
            assert client.read(seconds=0) < client.length
        assert session_members(service.pid) == []
        service.line(message=f"process {child} did not stop in time and is killed", level="error")


# -- kill -9 ------------------------------------------------------------------------------------


def test_a_killed_child_takes_only_its_own_requests_along(local_s3, tmp_path, paths):
    """Under load, only requests on that child's connections fail, and it is replaced."""
    with serve(tmp_path, environment_for(local_s3), processes=PROCESSES) as service:
        before = eventually(
            lambda: len(service.children()) == PROCESSES and service.children(), "all run"
        )

        async def scenario():
            async with Load(service.port, paths) as load:
                await load.answered(200)
                connections = {pid: ports_of(pid, service.port) for pid in before}
                victim = max(before, key=lambda pid: len(connections[pid]))
                os.kill(victim, signal.SIGKILL)
                await load.answered(300)
            return load, victim, connections

        load, victim, connections = asyncio.run(scenario())
        lost = load.of(Outcome.LOST)
        assert {result.port for result in lost} <= connections[victim]
        assert len(lost) <= len(connections[victim])
        assert load.count(Outcome.REFUSED) == 0
        after = eventually(
            lambda: len(service.children()) == PROCESSES and service.children(), "it is replaced"
        )
        assert before - after == {victim}
        assert len(after - before) == 1
        asyncio.run(all_is_well(service, paths))
        assert len(service.lines(level="error")) == 1


async def all_is_well(service, paths):
    """A hundred requests by fresh clients are answered."""
    async with Load(service.port, paths, clients=8) as load:
        await load.answered(100)
    assert load.statuses().keys() == {200}


def test_a_child_that_keeps_dying_is_replaced_with_back_off(local_s3, tmp_path):
    """The pauses double, the pid changes each time, and then it serves."""
    with serve(tmp_path, environment_for(local_s3)) as service:
        seen = set()
        for _ in range(3):
            (child,) = eventually(service.children, "there is a child")
            assert child not in seen
            seen.add(child)
            os.kill(child, signal.SIGKILL)
            eventually(lambda child=child: not is_alive(child), "it is dead")
        eventually(lambda: service.children() - seen, "it is replaced")
        eventually(service.is_ready, "it serves")
        told = [line["message"] for line in service.lines(level="error")]
        assert [re.sub(r"process \d+", "it", message) for message in told] == [
            f"it died and is replaced in {pause} s" for pause in ("0.2", "0.4", "0.8")
        ]


def test_children_end_by_themselves_when_the_parent_is_killed(local_s3, tmp_path):
    """A parent that is killed outright leaves neither a process nor a port."""
    with serve(tmp_path, environment_for(local_s3), processes=2) as service:
        eventually(lambda: len(service.children()) == 2, "both run")
        service.process.kill()
        service.process.wait(PATIENCE)
        eventually(lambda: not session_members(service.pid), "the children end", seconds=5)
        assert not is_listening(service.port)


# -- seen from outside --------------------------------------------------------------------------


def test_each_request_is_one_json_line(service, paths):
    """Time, app, route, status, bytes, duration and id stand in the line of a request."""
    path = paths[1]
    before = datetime.now(UTC)
    answer = service.get(path, headers={"X-Request-Id": "line-1"})
    line = service.line(request_id="line-1")
    assert before - timedelta(seconds=1) < datetime.fromisoformat(line["time"]) < datetime.now(UTC)
    assert 0 < line["duration_ms"] < 10_000
    wanted = {"app": APP, "route": "original", "status": 200, "bytes": len(answer.content)}
    assert wanted.items() <= line.items()


@pytest.mark.parametrize(
    ("method", "path", "wanted"),
    [
        ("GET", "/ping", {"route": "ping", "status": 200, "bytes": 2, "app": None}),
        ("HEAD", "/ping", {"route": "ping", "status": 200, "bytes": 0}),
        ("GET", "/nothing", {"status": 404, "error": "not_found"}),
        ("GET", "/unsafe/1x1/a", {"route": "signed", "status": 400, "error": "bad_request"}),
        ("GET", f"/o/{OTHER_APP}/a/none", {"route": "original", "status": 404, "app": OTHER_APP}),
        ("POST", f"/generate_policy?api_key={API_KEY}", {"route": "generate_policy", "app": APP}),
    ],
)
def test_routes_and_errors_are_named_in_the_log(service, method, path, wanted):
    """Whatever the answer, its line names the route, the status and the error."""
    number = f"routes-{hashlib.sha256((method + path).encode()).hexdigest()}"
    requests.request(method, service.url + path, headers={"X-Request-Id": number}, timeout=PATIENCE)
    assert wanted.items() <= service.line(request_id=number).items()


def test_neither_keys_nor_query_strings_are_logged(service, paths, local_s3):
    """What a client puts into query, body or path of a request stays out of the output."""
    requests.post(f"{service.url}/generate_policy?api_key={API_KEY}&x=in-a-query", timeout=PATIENCE)
    requests.post(f"{service.url}/generate_policy?api_key=wrong-key", timeout=PATIENCE)
    policy_for(service, OTHER_API_KEY)
    service.get(f"{paths[0]}?token=in-a-query")
    service.get("/in-a-path?token=in-a-query")
    service.get("/ping", headers={"X-Request-Id": "last"})
    service.line(request_id="last")
    secrets = [*PRIVATE_KEYS, local_s3.secret_key, ENVIRONMENT["THUMBOR_SECURITY_KEY"]]
    for text in (API_KEY, OTHER_API_KEY, "wrong-key", "in-a-", "api_key", *secrets):
        assert text not in service.text()


@pytest.mark.parametrize(
    ("given", "is_kept"),
    [
        ("ab-12_X.9", True),
        ("a" * 128, True),
        ("a" * 129, False),
        ('a"b', False),
        ("a b", False),
        ("", False),
        (None, False),
    ],
)
def test_a_request_id_is_taken_over_when_it_is_safe(service, given, is_kept):
    """A safe X-Request-Id is kept, else a new one stands in the answer and in the log."""
    answer = service.get("/ping", headers={"X-Request-Id": given} if given is not None else {})
    number = answer.headers["X-Request-Id"]
    assert service.line(request_id=number)["route"] == "ping"
    if is_kept:
        assert number == given
    else:
        assert re.fullmatch("[0-9a-f]{32}", number)


@pytest.mark.parametrize(
    ("peer", "forwarded", "logged"),
    [
        ("127.0.0.1", None, "127.0.0.1"),
        ("127.0.0.1", "203.0.113.7", "203.0.113.7"),
        ("127.0.0.1", "198.51.100.1, 203.0.113.7", "203.0.113.7"),
        ("127.0.0.1", "nonsense", "127.0.0.1"),
        ("127.0.0.2", "203.0.113.7", "127.0.0.2"),
    ],
)
def test_forwarded_addresses_are_believed_from_trusted_proxies(service, peer, forwarded, logged):
    """The address in the log is the last one that a trusted proxy has seen."""
    number = os.urandom(8).hex()
    connection = http.client.HTTPConnection(
        "127.0.0.1", service.port, timeout=PATIENCE, source_address=(peer, 0)
    )
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    connection.request("GET", "/ping", headers={"X-Request-Id": number, **headers})
    assert connection.getresponse().status == 200
    connection.close()
    assert service.line(request_id=number)["address"] == logged


# -- memory -------------------------------------------------------------------------------------


@pytest.mark.parametrize("megabytes", [200, pytest.param(500, marks=pytest.mark.long)])
def test_memory_does_not_follow_a_huge_original(local_s3, tmp_path, megabytes):
    """All of it passes a process, read fast and read slowly, which grows by less than 30 MB."""
    key = store(local_s3, "huge.bin", os.urandom(1 << 20) * megabytes)
    path = f"/{key}"
    with serve(tmp_path, environment_for(local_s3)) as service:
        (child,) = service.children()
        service.get(path, headers={"Range": "bytes=0-9"})
        before = peak_bytes(child)
        with SlowClient(service.port, path) as unread, service.get(path, stream=True) as answer:
            received = sum(map(len, answer.iter_content(1 << 20)))
            assert received == unread.length == megabytes << 20
        assert peak_bytes(child) - before < GROWTH_BYTES


def test_a_start_without_hope_ends(local_s3, tmp_path):
    """Where no process ever comes up, the parent gives up, says so and leaves none behind."""
    conf = tmp_path / "thumbor.conf"
    conf.write_text((ROOT / "thumbor.conf").read_text() + "\nLOADER = 'no.such.loader'\n")
    tried = subprocess.run(
        [PROGRAMS / "thumbor-renuo", "serve", "--conf", conf, "--port", str(free_port())],
        env=environment_for(local_s3),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert tried.returncode == 1
    assert "no process came up in" in tried.stderr
    assert "No module named 'no'" in tried.stdout, "the log says why"


def peak_bytes(pid):
    """Return the most memory that the process ever held (proc(5), VmHWM)."""
    status = Path(f"/proc/{pid}/status").read_text()
    return 1024 * int(re.search(r"VmHWM:\s+(\d+) kB", status)[1])
