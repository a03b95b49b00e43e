"""GET /s/<token>/o/<key>: an original of a private app."""

import hashlib
import re
import time
from pathlib import Path
from typing import Any

import pytest

from tests.handlers.conftest import Fetch
from thumbor_renuo.delivery.path_signature import sign
from thumbor_renuo.s3.object_key import ObjectKey

KEY = ObjectKey("safe-live", "a/b/plan.txt")
PRIVATE_KEY = "a private key of some length"
APPS = f"""
[[apps]]
name = "safe"
env = "live"
api_key = "87654321"
private_key = "{PRIVATE_KEY}"
private = true
"""


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    file = tmp_path / "apps.toml"
    file.write_text(APPS)
    return {"API_KEYS": "", "APPS_FILE": str(file)}


@pytest.fixture
def stored(bucket: Any) -> Any:
    """An object of the private app."""
    return bucket.put_object(Key=str(KEY), Body=b"secret", ContentType="text/plain")


def signed(key: ObjectKey = KEY, *, seconds: int = 3600, scope: str = "o") -> str:
    digest = hashlib.sha256(PRIVATE_KEY.encode()).hexdigest()
    return f"/s/{sign(digest, key, int(time.time()) + seconds, scope)}"


@pytest.mark.usefixtures("stored")
async def test_a_signed_path(fetch: Fetch) -> None:
    """The bytes, for the browser alone and not longer than the signature is good."""
    for method in ("GET", "HEAD"):
        answer = await fetch(f"{signed()}/{KEY}", method)
        assert answer.code == 200
        lifetime = re.fullmatch(r"private, max-age=(\d+)", answer.headers["Cache-Control"])
        assert lifetime is not None
        assert 3500 <= int(lifetime[1]) <= 3600


@pytest.mark.parametrize("prefix", [
    "", signed(ObjectKey("safe-live", "a/b/other.txt")), signed(scope="t"), signed(seconds=-5),
    signed()[:-1] + "!", "/s/x",
], ids=["no token", "of another", "of thumbnails", "ended", "forged", "odd"])  # fmt: skip
@pytest.mark.usefixtures("stored")
async def test_no_other_path(fetch: Fetch, prefix: str) -> None:
    """403, kept by nobody, whether or not there is such an object; and no validator."""
    for path in (f"{prefix}/{KEY}", f"{prefix}/{KEY}x"):
        answer = await fetch(path, headers={"If-None-Match": "*"})
        assert answer.code == 403
        assert answer.headers["Cache-Control"] == "no-store"
        assert "ETag" not in answer.headers
