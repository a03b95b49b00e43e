"""tc_aws' Bucket with a bounded pool, time-outs, retries, and errors of our own."""

import asyncio
import logging
import os
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Self
from weakref import WeakKeyDictionary

import aiohttp
from aiobotocore.config import AioConfig
from aiobotocore.session import AioSession
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    ReadTimeoutError,
)
from botocore.loaders import Loader
from tc_aws.aws.bucket import Bucket

from thumbor_renuo.config import Settings
from thumbor_renuo.errors import (
    BadRequest,
    InvalidPath,
    NotFound,
    OriginalTooLarge,
    PreconditionFailed,
    RangeNotSatisfiable,
    RenuoError,
    StorageError,
    StorageTimeout,
)

logger = logging.getLogger(__name__)

CHUNK_BYTES = 64 * 1024
PURPOSES = ("thumbnails", "originals", "uploads", "long calls", "derivatives")
CHECK_EVERY_SECONDS = 1.0
# What S3 says of parts that a client names in completing a multipart upload.
REFUSED_PARTS = {"InvalidPart", "InvalidPartOrder", "EntityTooSmall"}
REFUSED_KEYS = {"InvalidRequest", "InvalidURI", "InvalidArgument", "KeyTooLongError"}
WRONG_CREDENTIALS = {"InvalidAccessKeyId", "SignatureDoesNotMatch"}


@dataclass(frozen=True)
class StoredObject:
    """What S3 says of an object: sizes in bytes, `etag` with its quotes, dates in UTC."""

    size: int
    content_type: str
    etag: str
    last_modified: datetime
    content_range: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    checksum_sha256: str = ""
    cache_control: str = ""


class S3Bucket(Bucket):
    """The bucket of the originals; raises only errors of ours.

    Each `purpose` has a pool of its own, so that slow clients of large originals never keep a
    thumbnail from its source.
    """

    def __new__(cls, *_args: Any, **_kwargs: Any) -> Self:
        """Leave out tc_aws' cache of instances, which outlives the event loop."""
        return object.__new__(cls)

    def __init__(self, settings: Settings, purpose: str = "thumbnails") -> None:
        super().__init__(settings.s3_bucket_name, settings.s3_region, settings.s3_endpoint or None)
        self._settings = settings
        self._session = isolated_session(AioSession)
        self._client: Any = None
        self._config = client_config(settings, AioConfig)
        self._seconds = settings.s3_total_seconds
        if purpose in {"long calls", "derivatives"}:
            self._seconds = _seconds_of_one_try(settings, purpose)
            connecting = min(settings.s3_connect_seconds, self._seconds)
            once = {
                "connect_timeout": connecting,
                "read_timeout": self._seconds,
                "retries": {"total_max_attempts": 1},
            }
            self._config = self._config.merge(AioConfig(**once))
        self._opening = asyncio.Lock()
        self._checking = asyncio.Lock()
        self._checked = float("-inf")
        self._fault: StorageError | None = None

    @classmethod
    def of(cls, settings: Settings, purpose: str) -> "S3Bucket":
        """The one instance of this event loop for one of PURPOSES."""
        buckets = _BUCKETS.setdefault(asyncio.get_running_loop(), {})
        if (settings, purpose) not in buckets:
            buckets[settings, purpose] = cls(settings, purpose)
        return buckets[settings, purpose]

    @property
    def patient(self) -> "S3Bucket":
        """The same bucket for calls that S3 may take S3_COMPLETE_SECONDS over, tried once."""
        return S3Bucket.of(self._settings, "long calls")

    async def open_client(self) -> Any:
        """Open botocore's client, or return the open one.

        A process' first takes 100 ms of the event loop; a server does it before it accepts.
        """
        async with self._opening:
            if self._client is None:
                # Not self._session.create_client as in tc_aws: that would look for credentials
                # in the environment, in files and on the network.
                self._client_context = self._session.create_client(
                    "s3",
                    region_name=self._region,
                    endpoint_url=self._endpoint,
                    aws_access_key_id=self._settings.s3_public_key,
                    aws_secret_access_key=self._settings.s3_secret_key,
                    config=self._config,
                )
                self._client = await self._client_context.__aenter__()
            return self._client

    _get_client = open_client  # tc_aws' name for it

    def _clean_key(self, path: str) -> str:
        # tc_aws collapses slashes: another key. Ours are checked before they come here.
        return path

    async def read(self, key: str, limit: int) -> tuple[StoredObject, bytes]:
        """The whole object, and what S3 says of it.

        Args:
            limit: the most bytes of it.

        Raises:
            InvalidPath, NotFound, OriginalTooLarge, StorageError, StorageTimeout.
        """
        with self._our_errors("GetObject", key):
            async with asyncio.timeout(self._settings.s3_total_seconds):
                answer = await self.get(key)
                async with answer["Body"]:
                    if answer["ContentLength"] > limit:
                        raise OriginalTooLarge(
                            f"the original has {answer['ContentLength']} bytes, "
                            f"at most {limit} are made into a thumbnail",
                            limit=limit,
                        )
                    data: bytes = await answer["Body"].read()
                    return _stored(answer), data

    @property
    def name(self) -> str:
        """The bucket's name."""
        return self._settings.s3_bucket_name

    async def head(self, key: str, *, with_checksum: bool = False) -> StoredObject:
        """What S3 knows of an object, without its bytes."""
        more: dict[str, Any] = {"ChecksumMode": "ENABLED"} if with_checksum else {}
        return _stored(await self.call("head_object", key, **more))

    async def call(self, method: str, key: str, **arguments: Any) -> dict[str, Any]:
        """One call of S3's API.

        Args:
            method: botocore's name of it, "copy_object".
            key: the object's; empty for calls about the bucket.
            arguments: beside Bucket and Key.
        """
        named = {"Key": key} if key else {}
        operation = "".join(word.capitalize() for word in method.split("_"))
        with self._our_errors(operation, key):
            async with asyncio.timeout(self._seconds):
                client = await self.open_client()
                answer: dict[str, Any] = await getattr(client, method)(
                    Bucket=self._bucket, **named, **arguments
                )
                return answer

    @asynccontextmanager
    async def open(
        self, key: str, *, byte_range: str | None = None, etag: str | None = None
    ) -> AsyncIterator[tuple[StoredObject, AsyncIterator[bytes]]]:
        """Stream an object.

        Args:
            byte_range: a Range header's value with one range of bytes.
            etag: fail if the object has become another one since.

        Yields:
            what S3 says of it, and its bytes in chunks of at most 64 KiB.
        """
        wanted = {"Range": byte_range, "IfMatch": etag}
        with self._our_errors("GetObject", key):
            async with asyncio.timeout(self._seconds):
                client = await self.open_client()
                answer = await client.get_object(
                    Bucket=self._bucket,
                    Key=key,
                    **{name: value for name, value in wanted.items() if value},
                )
        async with answer["Body"]:
            yield _stored(answer), self._chunks(key, answer["Body"])

    async def _chunks(self, key: str, body: Any) -> AsyncIterator[bytes]:
        while True:
            with self._our_errors("GetObject", key):
                chunk = await body.read(CHUNK_BYTES)
            if not chunk:
                return
            yield chunk

    async def check(self, seconds: float) -> None:
        """Ask whether the bucket answers: once a second, however many want to know.

        Raises:
            StorageError, StorageTimeout: in words for an operator.
        """
        async with self._checking:
            if time.monotonic() - self._checked >= CHECK_EVERY_SECONDS:
                self._fault = await self._find_fault(seconds)
                self._checked = time.monotonic()
        if self._fault:
            raise self._fault

    async def _find_fault(self, seconds: float) -> StorageError | None:
        try:
            with self._our_errors("HeadBucket", ""):
                async with asyncio.timeout(seconds):
                    client = await self.open_client()
                    await client.head_bucket(Bucket=self._bucket)
        except NotFound:  # refused, where S3_FORBIDDEN_IS_MISSING expects that
            return None
        except StorageError as error:
            return error
        return None

    @contextmanager
    def _our_errors(self, operation: str, key: str) -> Iterator[None]:
        try:
            yield
        except RenuoError:
            raise
        except ClientError as error:
            raise self._refusal(operation, key, error) from error
        except (TimeoutError, ConnectTimeoutError, ReadTimeoutError) as error:
            logger.warning("S3 %s: no answer in time from %s", operation, self._address)
            raise StorageTimeout("the storage did not answer in time") from error
        except (BotoCoreError, aiohttp.ClientError, OSError) as error:
            # Not the error's text: it holds the whole address, key and all.
            name = type(error).__name__
            logger.warning("S3 %s: failed, %s (%s)", operation, self._address, name)
            raise StorageError("the storage cannot be reached or broke off") from error

    @property
    def _address(self) -> str:
        return self._endpoint or f"AWS in {self._region}"

    def _refusal(self, operation: str, key: str, error: ClientError) -> RenuoError:
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        code = error.response.get("Error", {}).get("Code", "")
        if code in REFUSED_KEYS:
            return InvalidPath("the storage takes no such key")
        if code in REFUSED_PARTS:
            return BadRequest(f"the storage refused the parts ({code})")
        known: dict[int, Callable[[], RenuoError]] = {
            403: lambda: self._forbidden(operation, key, code),
            404: lambda: self._missing(operation, key, code),
            412: lambda: PreconditionFailed("the object has become another one meanwhile"),
            416: lambda: RangeNotSatisfiable(0),
        }
        if status in known:
            return known[status]()
        logger.warning("S3 %s: answered %s %s", operation, status, code)
        return StorageError(f"the storage answered with an error ({status})")

    def _missing(self, operation: str, key: str, code: str) -> RenuoError:
        if code == "NoSuchBucket" or not key:
            logger.error("S3 %s: there is no bucket %s", operation, self._bucket)
            return StorageError("the storage has no such bucket")
        return NotFound(f"there is no object {key}")

    def _forbidden(self, operation: str, key: str, code: str) -> RenuoError:
        if self._settings.s3_forbidden_is_missing and code not in WRONG_CREDENTIALS:
            return NotFound(f"there is no object {key}")
        logger.error("S3 %s: refused, %s", operation, self._what_is_lacking(operation, key, code))
        return StorageError("the storage refused the request")

    def _what_is_lacking(self, operation: str, key: str, code: str) -> str:
        if code in WRONG_CREDENTIALS:
            return f"S3_PUBLIC_KEY or S3_SECRET_KEY is wrong ({code})"
        bucket = f"arn:aws:s3:::{self._bucket}"
        lacking = f"the access key lacks s3:ListBucket on {bucket}"
        if operation not in {"HeadBucket", "HeadObject", "GetObject", "ListObjectsV2"}:
            lacking = f"the access key lacks the permission for {operation} on {bucket}/*"
        elif operation in {"HeadObject", "GetObject"}:
            lacking = (
                f"the access key lacks s3:GetObject on {bucket}/{key.partition('/')[0]}/*, "
                f"or the object is missing and it lacks s3:ListBucket on {bucket} "
                "(see S3_FORBIDDEN_IS_MISSING)"
            )
        if operation.startswith("Head"):  # S3 gives no reason in an answer without body
            lacking += ", or S3_PUBLIC_KEY or S3_SECRET_KEY is wrong"
        return lacking


_BUCKETS: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[Any, S3Bucket]] = WeakKeyDictionary()


async def close_buckets() -> None:
    """Close the running loop's connections to S3."""
    for bucket in _BUCKETS.pop(asyncio.get_running_loop(), {}).values():
        await bucket._close_client()  # noqa: SLF001


# What botocore knows of S3, read once: it takes most of the time of opening a client.
_MODELS = Loader()


def isolated_session(session_class: Any) -> Any:
    """A botocore session that leaves the machine's AWS variables and files alone."""
    nowhere = (None, None, os.devnull, None)
    session = session_class(
        session_vars={
            "profile": (None, None, None, None),
            "config_file": nowhere,
            "credentials_file": nowhere,
        }
    )
    session.register_component("data_loader", _MODELS)
    return session


def client_config(settings: Settings, config_class: Any) -> Any:
    """Botocore's configuration for both of our S3 clients: the signer's and the reader's."""
    # A dotted bucket is no host name that a wildcard certificate covers.
    virtual = not settings.s3_endpoint and "." not in settings.s3_bucket_name
    return config_class(
        signature_version="s3v4",  # us-east-1 would fall back to SigV2 forms
        s3={
            "addressing_style": "virtual" if virtual else "path",
            "us_east_1_regional_endpoint": "legacy",  # else a variable of the machine decides
        },
        max_pool_connections=settings.s3_connections,
        connect_timeout=settings.s3_connect_seconds,
        read_timeout=settings.s3_read_seconds,
        retries={"mode": "standard", "total_max_attempts": settings.s3_retries + 1},
        ignore_configured_endpoint_urls=True,
        use_fips_endpoint=False,
        use_dualstack_endpoint=False,
        # S3 look-alikes do not know the newer checksums.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )


def _seconds_of_one_try(settings: Settings, purpose: str) -> float:
    if purpose == "derivatives":  # they can be made again: not worth a second try
        return settings.derivative_seconds
    # A copy or a join that is tried again while the first goes on is done twice.
    return settings.s3_complete_seconds


def _stored(answer: dict[str, Any]) -> StoredObject:
    return StoredObject(
        size=answer["ContentLength"],
        content_type=answer.get("ContentType", ""),
        etag=answer.get("ETag", ""),
        last_modified=answer["LastModified"].astimezone(UTC),
        content_range=answer.get("ContentRange"),
        metadata=answer.get("Metadata", {}),
        checksum_sha256=answer.get("ChecksumSHA256", ""),
        cache_control=answer.get("CacheControl", ""),
    )
