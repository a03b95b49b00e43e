"""The code in docs/ works: each block is run as it stands, against the service and a bucket."""

import base64
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.docs import Block, block, blocks
from tests.integration.conftest import (
    PATIENCE,
    Service,
    environment_for,
    noise,
    s3_client,
    serve,
)
from thumbor_renuo.key_file import KeyFile
from thumbor_renuo.local_s3 import LocalS3
from thumbor_renuo.uploads.webhook import sign

pytestmark = pytest.mark.integration

RECORD = block("uploads.md", "The app's record", "toml")
HOOK = block("webhooks.md", "Webhooks", "toml")
API_KEY, PRIVATE_KEY, FOLDER = "12345678", "98765", "o/shop-live/"
PHOTO, NAME = noise(160, 120), "Hüte & Co.jpg"
EXAMPLE_SECONDS = 60
# In which program a block runs, and the name of the file that it stands in.
PROGRAMS = {
    "sh": ("bash", "example.sh"),
    "python": (sys.executable, "example.py"),
    "ruby": ("ruby", "example.rb"),
    "js": ("node", "example.mjs"),
}
NEEDED = {"curl": ("curl", "jq"), "Stored files": ("curl", "jq")}
MODULE = block("uploads.md", "JavaScript", "js", 0)
ELSEWHERE = {
    RECORD: "the service's own record in these tests",
    HOOK: "tests/test_docs.py",
    block("uploads.md", "JavaScript", "html"): "tests/browser/test_docs_page.py",
    block("uploads.md", "Uppy", "js"): "tests/test_docs.py, tests/browser/test_uppy.py",
    MODULE: "beside the next one",
}
UPLOADS = [
    block("uploads.md", "curl", "sh"),
    block("uploads.md", "JavaScript", "js", 1),
    block("uploads.md", "Python", "python", 0),
    block("uploads.md", "Python", "python", 1),
    block("uploads.md", "Ruby", "ruby"),
]
FILES = [block("uploads.md", "Stored files", language) for language in ("python", "sh")]
KEYS = block("uploads.md", "Keys", "sh")
VERIFIERS = [block("webhooks.md", "Verify", language) for language in ("python", "ruby", "js")]


def test_each_block_is_run() -> None:
    """No code on the pages is left out."""
    shown = [one for page in ("uploads.md", "webhooks.md") for one in blocks(page)]
    run = {*UPLOADS, *FILES, *VERIFIERS, KEYS, *ELSEWHERE}
    assert {one for one in shown if one.language != "json"} == run


@pytest.fixture(scope="module")
def service(local_s3: LocalS3, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service whose only app is that of the page."""
    folder = tmp_path_factory.mktemp("docs")
    (folder / "apps.toml").write_text(RECORD.code)
    changes = {"API_KEYS": "", "APPS_FILE": str(folder / "apps.toml")}
    with serve(folder, environment_for(local_s3, **changes)) as running:
        yield running


def run(one: Block, folder: Path, more: str = "", **environment: str) -> str:
    """Run a block, with more code behind it, in a folder of its own; what it writes."""
    program, name = PROGRAMS[one.language]
    for needed in (program, *(NEEDED.get(one.heading, ()) if one.language == "sh" else ())):
        if not shutil.which(needed):
            pytest.skip(f"there is no {needed}")
    (folder / name).write_text(one.code + more)
    (folder / "upload.mjs").write_text(MODULE.code)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    options = ["-euo", "pipefail"] if program == "bash" else []
    ended = subprocess.run(
        [program, *options, name],
        cwd=folder,
        env={"PATH": path, "HOME": str(folder), "LANG": "C.UTF-8", **environment},
        capture_output=True,
        timeout=EXAMPLE_SECONDS,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr.decode()
    return ended.stdout.decode()


def variables(service: Service, folder: Path) -> dict[str, str]:
    """What the examples read; the file's name is one that needs care."""
    file = folder / NAME
    file.write_bytes(PHOTO)
    keys = {"API_KEY": API_KEY, "PRIVATE_KEY": PRIVATE_KEY}
    return {"HOST": service.url, "FILE": str(file), **keys}


@pytest.mark.parametrize("one", UPLOADS, ids=str)
def test_a_file_is_uploaded(
    one: Block, service: Service, local_s3: LocalS3, tmp_path: Path
) -> None:
    """Signed, sent and completed: the bytes lie under the key that the example writes."""
    written = run(one, tmp_path, **variables(service, tmp_path))
    [file_path] = set(re.findall(r"\w{4}/(?:\w{4}/){8}Hüte-Co\.jpg", written))
    found = s3_client(local_s3).get_object(Bucket=local_s3.bucket, Key=FOLDER + file_path)
    assert found["Body"].read() == PHOTO
    assert re.search(r"(?:width\W+|\.jpg )160\b", written)


@pytest.mark.parametrize("one", UPLOADS, ids=str)
def test_a_refusal_is_not_passed_over(one: Block, service: Service, tmp_path: Path) -> None:
    """What is no photo ends the example with an error that says so."""
    given = variables(service, tmp_path)
    (tmp_path / NAME).write_bytes(b"<!doctype html><script>alert(1)</script>")
    with pytest.raises(AssertionError, match=r"content_mismatch|declared was|422"):
        run(one, tmp_path, **given)


@pytest.mark.parametrize("one", FILES, ids=str)
def test_files_are_listed_signed_and_deleted(
    one: Block, service: Service, local_s3: LocalS3, tmp_path: Path
) -> None:
    """The example tells of the one file, signs a URL that works, and leaves nothing."""
    client = s3_client(local_s3)
    for found in client.list_objects_v2(Bucket=local_s3.bucket, Prefix=FOLDER).get("Contents", []):
        client.delete_object(Bucket=local_s3.bucket, Key=found["Key"])
    key = f"{FOLDER}{uuid.uuid4().hex[:8]}/Hüte.jpg"
    client.put_object(Bucket=local_s3.bucket, Key=key, Body=PHOTO)
    written = run(one, tmp_path, **variables(service, tmp_path))
    [address] = re.findall(r"http://\S+X-Amz-Signature=\w+", written)
    assert "X-Amz-Expires=600" in address
    assert requests.get(address, timeout=PATIENCE).status_code == 404, "it was signed, then deleted"
    assert client.list_objects_v2(Bucket=local_s3.bucket, Prefix=FOLDER)["KeyCount"] == 0


def test_keys_follow_one_another(tmp_path: Path) -> None:
    """The commands make a key, show it, and end the old one at its time."""
    file = tmp_path / "apps.toml"
    file.write_text(RECORD.code)
    [old] = [key for key in KeyFile(file).listed() if key.kind == "private"]
    written = run(KEYS, tmp_path, FINGERPRINT=old.fingerprint)
    new = re.search(r"^private_key  (\S{40,})$", written, re.MULTILINE)[1]
    assert hashlib.sha256(new.encode()).hexdigest()[:8] in written
    private = {key.fingerprint: key for key in KeyFile(file).listed() if key.kind == "private"}
    assert len(private) == 2
    assert f"{private[old.fingerprint].not_after:%Y-%m-%d %H}" == "2027-01-31 12"


# -- webhooks -------------------------------------------------------------------------------------

BODY = json.dumps({"type": "upload.completed", "data": {"file_path": "日本/Hüte.jpg"}})
SECRET = re.search(r'whsec_[^"]+', HOOK.code)[0]
OTHER = "whsec_" + base64.b64encode(b"another secret of 24 byt").decode()
# Called with secret, headers and body from the environment; writes what it finds.
CALLS = {
    "python": """
import json, os
given = json.loads(os.environ["HEADERS"])
print(str(is_ours(os.environ["SECRET"], given, os.environ["BODY"].encode())).lower())
""",
    "ruby": """
require "json"
puts ours?(ENV["SECRET"], JSON.parse(ENV["HEADERS"]), ENV["BODY"])
""",
    "js": """
console.log(isOurs(process.env.SECRET, JSON.parse(process.env.HEADERS), process.env.BODY));
""",
}


def headers(secret: str = SECRET, *, age: int = 0, body: str = BODY) -> dict[str, str]:
    """Those of an event as it is sent."""
    timestamp = int(time.time()) - age
    signature = sign(secret, "msg_1", timestamp, body)
    return {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signature,
    }


def cases() -> dict[str, tuple[dict[str, Any], bool]]:
    """What the verifiers are given, and whether it is ours."""
    good = headers()
    several = headers(OTHER)["webhook-signature"] + " " + good["webhook-signature"]
    return {
        "ours": (good, True),
        "a minute ago": (headers(age=60), True),
        "while secrets change": ({**good, "webhook-signature": several}, True),
        "another secret": (headers(OTHER), False),
        "another body": (headers(body=BODY + " "), False),
        "another id": ({**good, "webhook-id": "msg_2"}, False),
        "ten minutes ago": (headers(age=600), False),
        "in ten minutes": (headers(age=-600), False),
        "cut short": ({**good, "webhook-signature": good["webhook-signature"][:-1]}, False),
        "empty": ({**good, "webhook-signature": ""}, False),
    }


@pytest.mark.parametrize("case", cases())
@pytest.mark.parametrize("one", VERIFIERS, ids=str)
def test_webhooks_are_verified(one: Block, case: str, tmp_path: Path) -> None:
    """What we sign is ours; another secret, body, id or time is not."""
    given, is_ours = cases()[case]
    call = CALLS[one.language]
    written = run(one, tmp_path, call, SECRET=SECRET, HEADERS=json.dumps(given), BODY=BODY)
    assert written.strip() == str(is_ours).lower()
