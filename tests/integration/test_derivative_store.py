"""Stored thumbnails on a real S3 server, as moto cannot prove them."""

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest

from tests.conftest import make_settings
from tests.integration.conftest import environment_for, s3_client, store
from thumbor_renuo.config import Settings
from thumbor_renuo.delivery.derivative_store import Derivative, DerivativeStore
from thumbor_renuo.delivery.purge import purge
from thumbor_renuo.local_s3 import LocalS3
from thumbor_renuo.s3.client import S3Bucket, close_buckets

pytestmark = pytest.mark.integration

WHEN = datetime(2026, 11, 25, 12, 30, 5, tzinfo=UTC)
HAT = Derivative(b"hat" * 50_000, "image/webp", '"abc"', WHEN, "public, max-age=9")
VARIANTS = (
    "300x300/smart@auto-webp", "300x300@webp", "@auto", "p:card@jpeg", "filters:quality(10)@avif",
    "filters:text(日 本,%25)@webp",
)  # fmt: skip


def settings_of(s3: LocalS3) -> Settings:
    """The options that both the store and the bucket are made with."""
    return make_settings(**environment_for(s3, DERIVATIVE_SECONDS="20"))


@asynccontextmanager
async def store_of(s3: LocalS3) -> AsyncIterator[DerivativeStore]:
    """A store on this server, patient with a busy machine."""
    yield DerivativeStore(settings_of(s3))
    await close_buckets()


def lie(s3: LocalS3, prefix: str) -> list[str]:
    """The keys below a prefix."""
    listing = s3_client(s3).list_objects_v2(Bucket=s3.bucket, Prefix=prefix)
    return [entry["Key"] for entry in listing.get("Contents", ())]


async def test_variants_are_stored_found_and_purged(local_s3: LocalS3) -> None:
    """Whatever their options are; their neighbours and the original stay."""
    original, near = store(local_s3, "hat.jpg", b"original"), store(local_s3, "cap.jpg", b"cap")
    folder = f"r/{original}/~/"
    async with store_of(local_s3) as derivatives:
        assert await derivatives.put(f"r/{near}/~/@auto", HAT, original=near)
        for variant in VARIANTS:
            assert await derivatives.get(folder + variant) is None
            assert await derivatives.put(folder + variant, HAT, original=original)
            assert await derivatives.get(folder + variant, etag=HAT.etag) == HAT
            assert await derivatives.get(folder + variant, etag='"new"') is None
        purged = await purge(S3Bucket.of(settings_of(local_s3), "uploads"), folder)
        assert sorted(purged.keys) == sorted(folder + variant for variant in VARIANTS)
        assert (purged.failed, purged.more) == ({}, False)
        assert await derivatives.get(folder + VARIANTS[0]) is None
        assert await derivatives.get(f"r/{near}/~/@auto") == HAT
        assert derivatives.counters["failed"] == 0
    assert lie(local_s3, folder) == []
    assert lie(local_s3, original) == [original]


async def test_without_its_original_nothing_is_stored(local_s3: LocalS3) -> None:
    """An object that is not there is told from a server that fails."""
    gone = f"o/foobar-develop/{uuid.uuid4().hex}/hat.jpg"
    async with store_of(local_s3) as derivatives:
        assert not await derivatives.put(f"r/{gone}/~/@auto", HAT, original=gone)
        assert derivatives.counters == {"not_stored": 1}
    assert lie(local_s3, f"r/{gone}") == []


async def test_a_key_that_the_server_does_not_take_is_no_outage(local_s3: LocalS3) -> None:
    """It is not stored, and the next thumbnail is."""
    original = store(local_s3, "hat.jpg", b"original")
    async with store_of(local_s3) as derivatives:
        key = f"r/{original}/~/{'x' * 2000}@auto"
        assert await derivatives.get(key) is None
        assert not await derivatives.put(key, HAT, original=original)
        assert await derivatives.put(f"r/{original}/~/@auto", HAT, original=original)
        assert await derivatives.get(f"r/{original}/~/@auto") == HAT
