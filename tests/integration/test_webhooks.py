"""Uploads are announced over real TLS, signed, and a killed process loses none."""

import base64
import hashlib
import hmac
import http.server
import json
import os
import signal
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.certificates import self_signed, serving
from tests.integration.conftest import PATIENCE, Service, environment_for, eventually, noise, serve
from tests.redis_server import needs_redis, redis_server
from thumbor_renuo.local_s3 import LocalS3

pytestmark = pytest.mark.integration

SECRET = "whsec_" + base64.b64encode(b"a secret of 24 bytes, ok").decode()
PHOTO = noise(40, 30)


@dataclass
class Receiver:
    """An app's own server: answers `status` and keeps what it is sent."""

    url: str
    received: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    status: int = 200


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[Receiver]:
    """A server behind TLS on loopback."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found.received.append(({k.lower(): v for k, v in self.headers.items()}, body))
            self.send_response(found.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_args: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = serving(self_signed(tmp_path, "localhost", "127.0.0.1"))
    server.socket = context.wrap_socket(server.socket, server_side=True)
    found = Receiver(f"https://localhost:{server.server_port}/hook?secret=in-the-query")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield found
    server.shutdown()
    server.server_close()


def environment(s3: LocalS3, folder: Path, receiver: Receiver, **changes: str) -> dict[str, str]:
    """A set-up whose one app has a webhook."""
    (folder / "apps.toml").write_text(
        '[[apps]]\nname = "shop"\nenv = "live"\napi_key = "key"\nprivate_key = "private"\n'
        f'webhook = {{ url = "{receiver.url}", secret = "{SECRET}" }}\n'
    )
    return environment_for(
        s3,
        API_KEYS="",
        APPS_FILE=str(folder / "apps.toml"),
        SSL_CERT_FILE=str(folder / "server.pem"),
        **{"WEBHOOK_PRIVATE": "true", **changes},
    )


def upload(service: Service, content: bytes = PHOTO, kind: str = "image/jpeg") -> requests.Response:
    """Sign, send and complete; the answer of the completion."""
    asked = {"api_key": "key", "filename": "a.jpg", "content_type": kind, "size": len(content)}
    signed = requests.post(f"{service.url}/generate_policy", json=asked, timeout=PATIENCE).json()
    requests.post(
        signed["url"], data=signed["fields"], files={"file": ("a", content)}, timeout=PATIENCE
    )
    asked = {"api_key": "key", "key": signed["key"], "token": signed["token"]}
    return requests.post(f"{service.url}/uploads/complete", json=asked, timeout=PATIENCE)


def verified(receiver: Receiver, number: int = 0) -> dict[str, Any]:
    """An announcement whose signature was computed anew."""
    eventually(lambda: len(receiver.received) > number, "a webhook arrives")
    headers, body = receiver.received[number]
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    mine = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{mine}"
    sent = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
    assert abs(datetime.now(UTC) - sent) < timedelta(minutes=1)
    event: dict[str, Any] = json.loads(body)
    return event


def test_uploads_are_announced(local_s3: LocalS3, receiver: Receiver, tmp_path: Path) -> None:
    """What the completion answers is told to the app's server; a refusal with its reason."""
    with serve(tmp_path, environment(local_s3, tmp_path, receiver)) as service:
        answer = upload(service)
        event = verified(receiver)
        assert event["type"] == "upload.completed"
        assert event["data"] == {"app": "shop-live", **answer.json()}
        refused = upload(service, b"<html><script>", "image/png")
        event = verified(receiver, 1)
        assert event["type"] == "upload.refused"
        assert event["data"]["error"] == refused.json()["error"] == "content_mismatch"
        assert "in-the-query" not in service.text()


def test_private_addresses_get_nothing(
    local_s3: LocalS3, receiver: Receiver, tmp_path: Path
) -> None:
    """Without the option for trying, localhost is nowhere that a webhook goes; uploads go on."""
    made = environment(local_s3, tmp_path, receiver, WEBHOOK_PRIVATE="false")
    with serve(tmp_path, made) as service:
        assert upload(service).status_code == 200
        eventually(lambda: "localhost" in service.text(), "a line about the failure")
        assert receiver.received == []
        assert "in-the-query" not in service.text()


@needs_redis
def test_with_redis_a_killed_process_loses_nothing(
    local_s3: LocalS3, receiver: Receiver, tmp_path: Path
) -> None:
    """What could not be delivered before `kill -9` is delivered by the next process."""
    with redis_server() as redis:
        made = environment(local_s3, tmp_path, receiver, REDIS_URL=redis.url, WEBHOOK_SECONDS="1")
        receiver.status = 500
        with serve(tmp_path, made) as service:
            assert upload(service).status_code == 200
            verified(receiver)
            for pid in [service.pid, *service.children()]:
                os.kill(pid, signal.SIGKILL)
            service.process.wait(PATIENCE)
        receiver.status = 200
        before = len(receiver.received)
        (tmp_path / "second").mkdir()
        with serve(tmp_path / "second", made):
            eventually(lambda: len(receiver.received) > before, "the rest arrives", 40)
    first, last = receiver.received[0][0], receiver.received[-1][0]
    assert first["webhook-id"] == last["webhook-id"]
