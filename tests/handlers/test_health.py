"""GET /ping, /healthcheck and /ready."""

import json

import pytest

from tests.handlers.conftest import Fetch

BODIES = [("/ping", b"up"), ("/healthcheck", b"WORKING")]


@pytest.mark.parametrize(("path", "body"), BODIES)
async def test_the_old_checks_answer_their_words(fetch: Fetch, path: str, body: bytes) -> None:
    """Monitoring compares the whole body."""
    response = await fetch(path)
    assert (response.code, response.body) == (200, body)
    assert response.headers["Cache-Control"] == "no-store"
    head = await fetch(path, "HEAD")
    assert (head.code, head.headers["Content-Length"]) == (200, str(len(body)))


@pytest.mark.usefixtures("bucket")
async def test_ready_with_a_bucket(fetch: Fetch) -> None:
    """200 says that nothing is missing."""
    response = await fetch("/ready")
    assert response.code == 200
    assert json.loads(response.body) == {"ready": True, "missing": {}}


async def test_not_ready_without_a_bucket(fetch: Fetch) -> None:
    """503 names what is missing."""
    response = await fetch("/ready")
    assert response.code == 503
    assert json.loads(response.body)["missing"] == {"bucket": "the storage has no such bucket"}
    assert response.headers["Retry-After"] == "1"


class TestUnreachable:
    """Nothing listens where the bucket should be."""

    @pytest.fixture
    def environment(self) -> dict[str, str]:
        return {"S3_ENDPOINT": "http://127.0.0.1:1"}

    async def test_not_ready(self, fetch: Fetch) -> None:
        """503, well within the time-out; the checks of the process itself are not disturbed."""
        response = await fetch("/ready")
        assert response.code == 503
        assert "cannot be reached" in json.loads(response.body)["missing"]["bucket"]
        assert (await fetch("/ping")).code == 200
