"""Thousands of files of one app: listed as a stream, deleted in one call."""

import json
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from tests.integration.conftest import (
    APP,
    PRIVATE_KEYS,
    Service,
    environment_for,
    s3_client,
    serve,
)
from thumbor_renuo.local_s3 import LocalS3

pytestmark = [pytest.mark.integration, pytest.mark.long]

COUNT = 3000
BEARER = {"Authorization": f"Bearer {PRIVATE_KEYS[0]}"}
MEGABYTE = 1024**2


def resident_bytes(service: Service) -> int:
    """The memory of the one serving process (proc(5), VmHWM: its highest so far)."""
    (pid,) = service.children()
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    (line,) = [line for line in lines if line.startswith("VmHWM:")]
    return int(line.split()[1]) * 1024


def test_three_thousand_files(local_s3: LocalS3, tmp_path: Path) -> None:
    """Listing holds a page in memory at a time, in pages or as a whole; one call deletes all."""
    client, run = s3_client(local_s3), uuid.uuid4().hex
    name = "n" * 180
    keys = [f"o/{APP}/{run}/{number:05}/{name}.jpg" for number in range(COUNT)]
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda key: client.put_object(Bucket=local_s3.bucket, Key=key), keys))
    with serve(tmp_path, environment_for(local_s3)) as service:
        service.get("/list_files", params={"prefix": f"{run}/00000/"}, headers=BEARER)
        before = resident_bytes(service)
        for _ in range(5):
            answer = service.get("/list_files", params={"prefix": f"{run}/"}, headers=BEARER)
            assert [entry["url"] for entry in json.loads(answer.content)] == keys
            assert answer.headers["Transfer-Encoding"] == "chunked"
        grown = resident_bytes(service) - before
        # A page of 1,000 with all that botocore makes of it; three would be thrice as much.
        assert grown < 12 * MEGABYTE
        deleted = requests.post(
            f"{service.url}/delete_files",
            json={"prefix": f"{run}/"},
            headers=BEARER,
            timeout=120,
        ).json()
        assert deleted == {"deleted": COUNT, "failed": [], "more": False}
        assert service.get("/list_files", params={"prefix": f"{run}/"}, headers=BEARER).json() == []
