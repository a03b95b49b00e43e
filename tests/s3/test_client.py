"""The bucket adapter: pools, streams and readiness."""

import asyncio
from typing import Any

import pytest
from aiobotocore.session import AioSession
from botocore.session import Session

from tests.conftest import make_settings
from tests.s3.faulty_server import FaultyServer
from thumbor_renuo.errors import NotFound, PreconditionFailed, StorageError, StorageTimeout
from thumbor_renuo.s3.client import (
    CHUNK_BYTES,
    PURPOSES,
    S3Bucket,
    close_buckets,
    isolated_session,
)

KEY = "o/foobar-develop/a"
FORBIDDEN = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"


async def test_one_client_for_each_purpose() -> None:
    """The same settings and purpose share a pool; originals never take a thumbnail's place."""
    settings = make_settings(S3_ENDPOINT="http://127.0.0.1:1")
    thumbnails = S3Bucket.of(settings, "thumbnails")
    assert S3Bucket.of(settings, "thumbnails") is thumbnails
    assert S3Bucket.of(settings, "originals") is not thumbnails
    clients = await asyncio.gather(*[thumbnails.open_client() for _ in range(5)])
    assert len({id(client) for client in clients}) == 1
    await close_buckets()
    assert S3Bucket.of(settings, "thumbnails") is not thumbnails


async def test_the_options_reach_botocore() -> None:
    """Pool, time-outs and retries are what the options say."""
    settings = make_settings(
        S3_CONNECTIONS="7", S3_CONNECT_SECONDS="1.5", S3_READ_SECONDS="2.5", S3_RETRIES="3"
    )
    config = (await S3Bucket.of(settings, "thumbnails").open_client()).meta.config
    assert config.max_pool_connections == 7
    assert (config.connect_timeout, config.read_timeout) == (1.5, 2.5)
    assert config.retries["total_max_attempts"] == 4
    await close_buckets()


async def test_a_stream_comes_in_chunks(moto_endpoint: str, bucket: Any) -> None:
    """No chunk is over 64 KiB, together they are the object."""
    data = b"0123456789" * 50_000
    bucket.put_object(Key=KEY, Body=data)
    reader = S3Bucket.of(make_settings(S3_ENDPOINT=moto_endpoint), "originals")
    async with reader.open(KEY) as (stored, chunks):
        assert stored.size == len(data)
        pieces = [chunk async for chunk in chunks]
    assert b"".join(pieces) == data
    assert max(map(len, pieces)) <= CHUNK_BYTES
    await close_buckets()


async def test_another_object_since(moto_endpoint: str, bucket: Any) -> None:
    """A stream is of the object whose ETag was decided upon, or fails."""
    bucket.put_object(Key=KEY, Body=b"new")
    reader = S3Bucket.of(make_settings(S3_ENDPOINT=moto_endpoint), "originals")
    with pytest.raises(PreconditionFailed):
        async with reader.open(KEY, etag='"old"'):
            pass
    await close_buckets()


async def test_head_of_a_missing_object(moto_endpoint: str, bucket: Any) -> None:
    """Missing is NotFound, which names the key."""
    assert bucket.name
    with pytest.raises(NotFound, match=KEY):
        await S3Bucket.of(make_settings(S3_ENDPOINT=moto_endpoint), "originals").head(KEY)
    await close_buckets()


async def test_readiness_asks_once_a_second() -> None:
    """However many ask for /ready, S3 is asked once."""
    with FaultyServer() as server:
        endpoint = server.answer(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        reader = S3Bucket.of(make_settings(S3_ENDPOINT=endpoint), "originals")
        await asyncio.gather(*[reader.check(1) for _ in range(50)])
        assert server.requests == 1
    await close_buckets()


async def test_readiness_gives_up() -> None:
    """A silent storage is not waited for longer than READY_SECONDS."""
    with FaultyServer() as server:
        reader = S3Bucket.of(make_settings(S3_ENDPOINT=server.answer(None)), "originals")
        with pytest.raises(StorageTimeout):
            await reader.check(0.2)
    await close_buckets()


@pytest.mark.parametrize("forbidden_is_missing", ["true", "false"])
async def test_readiness_without_list_permission(caplog: Any, forbidden_is_missing: str) -> None:
    """A refused HeadBucket is ready where the option expects it, else it names the permission."""
    with FaultyServer() as server:
        settings = make_settings(
            S3_ENDPOINT=server.answer(FORBIDDEN), S3_FORBIDDEN_IS_MISSING=forbidden_is_missing
        )
        reader = S3Bucket.of(settings, "originals")
        if forbidden_is_missing == "true":
            await reader.check(1)
        else:
            with pytest.raises(StorageError):
                await reader.check(1)
            assert "lacks s3:ListBucket on arn:aws:s3:::bucket" in caplog.text
    await close_buckets()


async def test_no_credentials_are_looked_for(monkeypatch: Any) -> None:
    """Keys in the machine's environment and files are not ours."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "STRANGER")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret of a stranger")
    client = await S3Bucket.of(make_settings(), "originals").open_client()
    url = await client.generate_presigned_url("get_object", {"Bucket": "bucket", "Key": "k"})
    assert "AKIDEXAMPLE" in url
    await close_buckets()


async def test_each_purpose_has_its_time_outs() -> None:
    """Stored thumbnails are given up soon, long calls late, and neither is tried twice."""
    settings = make_settings(
        S3_CONNECT_SECONDS="1", S3_READ_SECONDS="2", S3_RETRIES="3", S3_COMPLETE_SECONDS="100",
        DERIVATIVE_SECONDS="0.5",
    )  # fmt: skip
    found = {}
    for purpose in PURPOSES:
        config = (await S3Bucket.of(settings, purpose).open_client()).meta.config
        found[purpose] = (
            config.connect_timeout, config.read_timeout, config.retries["total_max_attempts"],
        )  # fmt: skip
    usual = (1, 2, 4)
    assert found == {
        "thumbnails": usual, "originals": usual, "uploads": usual,
        "long calls": (1, 100, 1), "derivatives": (0.5, 0.5, 1),
    }  # fmt: skip
    await close_buckets()


async def test_stored_thumbnails_are_given_up_as_a_whole() -> None:
    """However S3 spreads its silence, a call takes DERIVATIVE_SECONDS at most."""
    with FaultyServer() as server:
        dripping = [b"HTTP/1.1 200 OK\r\n", *[b"X-More: x\r\n"] * 90]
        settings = make_settings(S3_ENDPOINT=server.answer(dripping), DERIVATIVE_SECONDS="0.3")
        with pytest.raises(StorageTimeout):
            await S3Bucket.of(settings, "derivatives").head("r/o/a/b/~/@auto")
    await close_buckets()


@pytest.mark.parametrize("root", ["o", "r"])
async def test_a_refusal_names_where_the_permission_is_lacking(caplog: Any, root: str) -> None:
    """Originals and stored thumbnails lie apart, and an operator allows them apart."""
    with FaultyServer() as server:
        reader = S3Bucket.of(make_settings(S3_ENDPOINT=server.answer(FORBIDDEN)), "derivatives")
        with pytest.raises(StorageError):
            await reader.head(f"{root}/foobar-develop/a")
    assert f"lacks s3:GetObject on arn:aws:s3:::bucket/{root}/*" in caplog.text
    await close_buckets()


def test_what_botocore_knows_is_read_once() -> None:
    """Sessions share it: reading it takes most of the time of opening a client."""
    one, other = isolated_session(AioSession), isolated_session(Session)
    assert one.get_component("data_loader") is other.get_component("data_loader")
