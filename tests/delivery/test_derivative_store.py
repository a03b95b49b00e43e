"""thumbor_renuo.delivery.derivative_store: stored thumbnails, and S3 at its worst."""

import asyncio
import time
from collections.abc import Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.conftest import make_settings
from tests.s3.faulty_server import FaultyServer
from thumbor_renuo.delivery import derivative_store
from thumbor_renuo.delivery.circuit_breaker import REST_SECONDS
from thumbor_renuo.delivery.derivative_store import Derivative, DerivativeStore
from thumbor_renuo.errors import StorageError
from thumbor_renuo.s3.client import S3Bucket, close_buckets

ORIGINAL = "o/foobar-develop/qstu/hat.jpg"
KEY = f"r/{ORIGINAL}/~/300x300/filters:quality(10)@webp"
WHEN = datetime(2026, 11, 25, 12, 30, 5, tzinfo=UTC)
HAT = Derivative(b"hat" * 50_000, "image/webp", '"abc"', WHEN, "public, max-age=9")
HASTE = {"DERIVATIVE_SECONDS": "0.3", "S3_TOTAL_SECONDS": "1", "S3_READ_SECONDS": "0.5"}

PATIENCE = {"DERIVATIVE_SECONDS": "20", "S3_TOTAL_SECONDS": "20", "S3_READ_SECONDS": "20"}


@asynccontextmanager
async def store_at(endpoint: str, **more: Any) -> Any:
    """A store in front of this address, whose connections are closed at the end."""
    clock = more.pop("clock", time.monotonic)
    settings = make_settings(**{**HASTE, "S3_ENDPOINT": endpoint, "S3_RETRIES": "0", **more})
    yield DerivativeStore(settings, clock=clock)
    await close_buckets()


@pytest.fixture
def patient(moto_endpoint: str) -> Callable[..., Any]:
    """A store in front of the imitation, which may be slow on a busy machine."""
    return lambda **more: store_at(moto_endpoint, **{**PATIENCE, **more})


def calls(monkeypatch: pytest.MonkeyPatch, after: Any = None) -> list[str]:
    """Note each call to S3; `after(method, key, times)` is awaited after the answer of each."""
    seen: list[str] = []
    call, opened = S3Bucket.call, S3Bucket.open

    async def noted(self: Any, method: str, key: str, **arguments: Any) -> Any:
        seen.append(method)
        answer = await call(self, method, key, **arguments)
        if after:
            after(method, seen.count(method))
        return answer

    def noted_open(self: Any, key: str, **more: Any) -> Any:
        seen.append("get_object")
        return opened(self, key, **more)

    monkeypatch.setattr(S3Bucket, "call", noted)
    monkeypatch.setattr(S3Bucket, "open", noted_open)
    return seen


# -- with a bucket that works ---------------------------------------------------------------------


async def test_what_is_stored_is_found(patient: Any, bucket: Any) -> None:
    """Bytes and headers come back; in S3 they lie as an edge wants to serve them."""
    bucket.put_object(Key=ORIGINAL, Body=b"original")
    async with patient() as store:
        assert await store.put(KEY, HAT, original=ORIGINAL)
        assert await store.get(KEY) == HAT
        assert await store.get(KEY, etag=HAT.etag) == HAT
        assert store.counters == {"stored": 1, "hit": 2}
    lies = bucket.Object(KEY).get()
    assert (lies["ContentType"], lies["CacheControl"]) == ("image/webp", "public, max-age=9")
    assert lies["Metadata"]["etag"] == '"abc"'
    assert lies["Body"].read() == HAT.data


async def test_what_is_not_there_is_a_miss(
    patient: Any, bucket: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It costs one question, and is no fault of S3: the next is asked at once."""
    assert bucket.name
    seen = calls(monkeypatch)
    async with patient() as store:
        for _ in range(3):
            assert await store.get(KEY) is None
        assert store.counters == {"miss": 3}
    assert seen == ["head_object"] * 3


async def test_another_etag_is_a_miss(
    patient: Any, bucket: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was made of another original is not read at all."""
    bucket.put_object(Key=KEY, **HAT.arguments())
    seen = calls(monkeypatch)
    async with patient() as store:
        assert await store.get(KEY, etag='"new"') is None
        assert store.counters == {"miss": 1}
    assert seen == ["head_object"]


async def test_what_is_none_of_ours_is_a_miss(patient: Any, bucket: Any) -> None:
    """An object without our metadata is not served."""
    bucket.put_object(Key=KEY, Body=b"x", ContentType="text/html")
    async with patient() as store:
        assert await store.get(KEY) is None
        assert store.counters == {"miss": 1}


async def test_one_that_is_replaced_between_two_questions_is_a_miss(
    patient: Any, bucket: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bytes are those of the object whose ETag was looked at, or none."""
    bucket.put_object(Key=KEY, **HAT.arguments())
    calls(monkeypatch, lambda *_: bucket.put_object(Key=KEY, **HAT.arguments() | {"Body": b"new"}))
    async with patient() as store:
        assert await store.get(KEY, etag=HAT.etag) is None
        assert store.counters == {"miss": 1}


async def test_an_acl_is_sent_where_one_is_wanted(
    patient: Any, bucket: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Buckets with ACLs disabled get none."""
    bucket.put_object(Key=ORIGINAL, Body=b"original")
    async with patient() as store:
        assert await store.put(KEY, HAT, original=ORIGINAL, acl="public-read")
    assert any("URI" in grant["Grantee"] for grant in bucket.Object(KEY).Acl().grants)


# -- originals that go ----------------------------------------------------------------------------


async def test_without_its_original_nothing_is_stored(patient: Any, bucket: Any) -> None:
    """A render that outlives its original leaves nothing behind; no fault of S3."""
    async with patient() as store:
        assert not await store.put(KEY, HAT, original=ORIGINAL)
        assert store.counters == {"not_stored": 1}
    assert not list(bucket.objects.all())


@pytest.mark.parametrize("is_replaced", [False, True])
async def test_an_original_that_goes_meanwhile_takes_it_along(
    patient: Any, bucket: Any, monkeypatch: pytest.MonkeyPatch, is_replaced: bool
) -> None:
    """Deleted or replaced while the derivative was stored: nobody else would delete it."""
    bucket.put_object(Key=ORIGINAL, Body=b"original")

    def change(method: str, _times: int) -> None:
        if method == "put_object" and is_replaced:
            bucket.put_object(Key=ORIGINAL, Body=b"another")
        elif method == "put_object":
            bucket.Object(ORIGINAL).delete()

    calls(monkeypatch, change)
    async with patient() as store:
        assert not await store.put(KEY, HAT, original=ORIGINAL)
        assert store.counters == {"not_stored": 1}
    assert [one.key for one in bucket.objects.all()] == ([ORIGINAL] if is_replaced else [])


@pytest.mark.parametrize("fault", [StorageError("down"), asyncio.CancelledError()])
async def test_what_cannot_be_confirmed_is_taken_back(
    patient: Any, bucket: Any, monkeypatch: pytest.MonkeyPatch, fault: BaseException
) -> None:
    """Neither a fault of the second look nor a stopping process leaves one unseen."""
    bucket.put_object(Key=ORIGINAL, Body=b"original")

    def fail(method: str, times: int) -> None:
        if method == "head_object" and times == 2:
            raise fault

    calls(monkeypatch, fail)
    async with patient() as store:
        putting = asyncio.create_task(store.put(KEY, HAT, original=ORIGINAL))
        await asyncio.wait([putting])
        assert putting.cancelled() or not putting.result()
    assert [one.key for one in bucket.objects.all()] == [ORIGINAL]


# -- bounds ---------------------------------------------------------------------------------------


async def test_an_option_turns_it_off() -> None:
    """Nothing is looked for or stored, and S3 is not asked."""
    with FaultyServer() as server:
        async with store_at(server.answer(b""), STORE_DERIVATIVES="false") as store:
            assert await store.get(KEY) is None
            assert not await store.put(KEY, HAT, original=ORIGINAL)
            assert store.counters == {"miss": 1, "not_stored": 1}
        assert server.requests == 0


async def test_what_was_made_of_another_original_is_not_stored(patient: Any, bucket: Any) -> None:
    """It may have been overwritten while the thumbnail was made."""
    bucket.put_object(Key=ORIGINAL, Body=b"photo")
    etag = bucket.Object(ORIGINAL).e_tag
    async with patient() as store:
        assert not await store.put(KEY, HAT, original=ORIGINAL, source_etag='"older"')
        assert await store.get(KEY) is None
        assert await store.put(KEY, HAT, original=ORIGINAL, source_etag=etag)
        assert await store.get(KEY)


async def test_few_are_stored_at_once_and_few_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """A quarter of the connections at most; what is over STORE_QUEUE_BYTES is not stored."""
    going, most, gate = 0, 0, asyncio.Event()

    async def slow(*_args: Any) -> bool:
        nonlocal going, most
        going += 1
        most = max(most, going)
        await gate.wait()
        going -= 1
        return True

    monkeypatch.setattr(DerivativeStore, "_put", slow)
    async with store_at(
        "http://127.0.0.1:1", STORE_QUEUE_BYTES="1050000", S3_CONNECTIONS="8"
    ) as store:
        puts = [asyncio.create_task(store.put(KEY, HAT, original=ORIGINAL)) for _ in range(9)]
        await asyncio.wait(puts, return_when=asyncio.FIRST_COMPLETED)
        assert [put.result() for put in puts if put.done()] == [False, False]
        gate.set()
        assert sum(await asyncio.gather(*puts)) == 7
        assert most == 2
        assert await store.put(KEY, HAT, original=ORIGINAL)


# -- with a bucket that does not ------------------------------------------------------------------


def answer(status: str, body: bytes = b"", *headers: str, size: int | None = None) -> bytes:
    """An answer of HTTP's; `size` is what it says its body has."""
    length = len(body) if size is None else size
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {length}", "Connection: close", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


FACTS = (
    'ETag: "md5"', "Last-Modified: Wed, 25 Nov 2026 12:00:00 GMT", "Content-Type: image/webp",
    'x-amz-meta-etag: "abc"', "x-amz-meta-source-modified: Wed, 25 Nov 2026 12:30:05 GMT",
    "Cache-Control: public, max-age=9",
)  # fmt: skip
FOUND = answer("200 OK", b"", *FACTS, size=6)
WHOLE = answer("200 OK", b"abcdef", *FACTS)
FAULTS = {
    "error": [answer("503 Slow Down", b"<Error><Code>SlowDown</Code></Error>")],
    "error at HEAD": [answer("500 Internal Server Error")],
    "forbidden": [answer("403 Forbidden")],
    "silent": [None],
    "closed": [b""],
    "no HTTP": [b"SSH-2.0-OpenSSH_9.2\r\n"],
    "no facts": [answer("200 OK", b"", size=6)],
    "silent at GET": [FOUND, None],
    "error at GET": [FOUND, answer("503 Slow Down", b"<Error><Code>SlowDown</Code></Error>")],
    "cut short": [FOUND, answer("200 OK", b"abc", *FACTS, size=6)],
    "endless": [FOUND, [answer("200 OK", b"a", *FACTS, size=99), *[b"a"] * 90]],
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
async def test_every_fault_is_a_miss_in_time(name: str) -> None:
    """Nothing is raised, and nothing takes longer than DERIVATIVE_SECONDS."""
    with FaultyServer() as server:
        async with store_at(server.answer(*FAULTS[name])) as store:
            await S3Bucket.of(store._settings, "derivatives").open_client()
            begun = time.monotonic()
            assert await store.get(KEY) is None
            assert time.monotonic() - begun < 3
            assert store.counters == {"miss": 1, "failed": 1}


async def test_the_same_server_without_a_fault_is_a_hit() -> None:
    """The test before is about its faults, not about the server."""
    with FaultyServer() as server:
        async with store_at(server.answer(FOUND, WHOLE), **PATIENCE) as store:
            found = await store.get(KEY)
    assert found == Derivative(b"abcdef", "image/webp", '"abc"', WHEN, "public, max-age=9")


@pytest.mark.parametrize("name", ["error", "silent", "closed", "no HTTP", "no facts"])
async def test_a_fault_is_no_error_where_it_is_stored(name: str) -> None:
    """It is not stored, within S3_TOTAL_SECONDS."""
    with FaultyServer() as server:
        async with store_at(server.answer(*FAULTS[name])) as store:
            assert not await store.put(KEY, HAT, original=ORIGINAL)
            assert store.counters == {"not_stored": 1, "failed": 1}


async def test_an_outage_costs_each_lookup_nothing() -> None:
    """After a failure S3 is left alone; later one asks, and with its answer all do."""
    now = [0.0]
    with FaultyServer() as server:
        endpoint = server.answer(answer("503 Slow Down"), FOUND, WHOLE, FOUND, WHOLE)
        async with store_at(endpoint, clock=lambda: now[0], **PATIENCE) as store:
            for _ in range(20):
                assert await store.get(KEY) is None
            assert (server.requests, store.counters) == (1, {"miss": 20, "failed": 1})
            now[0] += REST_SECONDS
            assert await store.get(KEY)
            assert await store.get(KEY)
            assert server.requests == 5


async def test_a_fault_of_one_side_leaves_the_other_alone() -> None:
    """Where storing is refused, looking goes on."""
    with FaultyServer() as server:
        async with store_at(
            server.answer(answer("403 Forbidden"), FOUND, WHOLE), **PATIENCE
        ) as store:
            assert not await store.put(KEY, HAT, original=ORIGINAL)
            assert await store.get(KEY)


async def test_a_blocked_event_loop_is_no_outage(monkeypatch: pytest.MonkeyPatch) -> None:
    """A time-out that comes much later than it should says nothing of S3."""
    now = [0.0]

    async def late(*_args: Any) -> None:
        now[0] += 5
        raise TimeoutError

    monkeypatch.setattr(DerivativeStore, "_read", late)
    async with store_at("http://127.0.0.1:1", clock=lambda: now[0]) as store:
        assert await store.get(KEY) is None
        assert await store.get(KEY) is None
        assert store.counters == {"miss": 2, "failed": 2}
    assert derivative_store.LATE_SECONDS < 5


async def test_an_error_that_nobody_foresaw_is_a_miss(
    monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    """It is logged with its traceback, for it is a fault of ours."""

    async def broken(*_args: Any) -> None:
        raise KeyError("LastModified")

    monkeypatch.setattr(DerivativeStore, "_read", broken)
    async with store_at("http://127.0.0.1:1") as store:
        assert await store.get(KEY) is None
        assert store.counters == {"miss": 1, "failed": 1}
    assert any(record.exc_info for record in caplog.records)


async def test_a_client_that_leaves_is_no_fault() -> None:
    """Cancelled look-ups pass their cancellation on and close nothing."""
    with FaultyServer() as server:
        async with store_at(server.answer(None)) as store:
            looking = asyncio.create_task(store.get(KEY))
            await asyncio.sleep(0)
            looking.cancel()
            with pytest.raises(asyncio.CancelledError):
                await looking
            assert not store.counters


async def test_a_refused_connection_is_a_miss() -> None:
    """Nobody listens: no error, no wait."""
    async with store_at("http://127.0.0.1:1") as store:
        assert await store.get(KEY) is None
        assert not await store.put(KEY, HAT, original=ORIGINAL)
        assert store.counters == {"miss": 1, "not_stored": 1, "failed": 2}
