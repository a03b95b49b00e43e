"""The faulty S3 server does what tests of our own faults rely on."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    EndpointConnectionError,
    HTTPClientError,
    IncompleteReadError,
    ReadTimeoutError,
    ResponseStreamingError,
)

from tests.integration.conftest import (
    PATIENCE,
    environment_for,
    eventually,
    is_listening,
    noise,
    s3_client,
    serve,
    size_of,
)
from tests.integration.faulty_s3 import Fault, FaultyS3
from thumbor_renuo.local_s3 import LocalS3

pytestmark = pytest.mark.integration
KEY = "o/foobar-develop/a b/ü+%.jpg"
BODY = bytes(range(256)) * 40
LOST = (ConnectionClosedError, HTTPClientError)


@pytest.fixture
def client(local_s3: LocalS3, faulty_s3: FaultyS3) -> Any:
    """boto3 through the proxy, without retries, and with an object that is there."""
    s3_client(local_s3).put_object(Bucket=local_s3.bucket, Key=KEY, Body=BODY)
    return client_of(local_s3, faulty_s3)


def client_of(s3: LocalS3, proxy: FaultyS3, seconds: float = PATIENCE) -> Any:
    config = Config(
        s3={"addressing_style": "path"},
        proxies={},
        retries={"total_max_attempts": 1},
        read_timeout=seconds,
    )
    return boto3.client(
        "s3",
        endpoint_url=proxy.endpoint,
        region_name=s3.region,
        aws_access_key_id=s3.access_key,
        aws_secret_access_key=s3.secret_key,
        config=config,
    )


def read(client: Any, s3: LocalS3, key: str = KEY) -> bytes:
    return client.get_object(Bucket=s3.bucket, Key=key)["Body"].read()


def test_a_sound_one_hands_everything_on(
    client: Any, local_s3: LocalS3, faulty_s3: FaultyS3
) -> None:
    """Signed requests of every method work, keep their headers, and are counted by key."""
    bucket = local_s3.bucket
    put = client.put_object(
        Bucket=bucket,
        Key=f"r/{KEY}/~/9x9@webp",
        Body=BODY,
        ContentType="image/webp",
        CacheControl="public, max-age=7",
        Metadata={"etag": "abc"},
    )
    head = client.head_object(Bucket=bucket, Key=f"r/{KEY}/~/9x9@webp")
    assert head["ETag"] == put["ETag"]
    assert head["ContentLength"] == len(BODY)
    assert head["ContentType"] == "image/webp"
    assert head["CacheControl"] == "public, max-age=7"
    assert head["Metadata"] == {"etag": "abc"}
    assert read(client, local_s3) == BODY
    part = client.get_object(Bucket=bucket, Key=KEY, Range="bytes=5-9")
    assert (part["ResponseMetadata"]["HTTPStatusCode"], part["Body"].read()) == (206, BODY[5:10])
    with pytest.raises(ClientError, match="304"):
        client.get_object(Bucket=bucket, Key=KEY, IfNoneMatch=part["ETag"])
    listed = client.list_objects_v2(Bucket=bucket, Prefix=f"r/{KEY}/~/")
    assert [found["Key"] for found in listed["Contents"]] == [f"r/{KEY}/~/9x9@webp"]
    objects = {"Objects": [{"Key": f"r/{KEY}/~/9x9@webp"}]}
    client.delete_objects(Bucket=bucket, Delete=objects)
    client.delete_object(Bucket=bucket, Key=f"r/{KEY}/~/9x9@webp")
    with pytest.raises(ClientError, match="NoSuchKey"):
        read(client, local_s3, "o/missing")
    assert faulty_s3.requests == {
        ("PUT", f"r/{KEY}/~/9x9@webp"): 1,
        ("HEAD", f"r/{KEY}/~/9x9@webp"): 1,
        ("GET", KEY): 3,
        ("LIST", f"r/{KEY}/~/"): 1,
        ("POST", ""): 1,
        ("DELETE", f"r/{KEY}/~/9x9@webp"): 1,
        ("GET", "o/missing"): 1,
    }
    assert (faulty_s3.count(), faulty_s3.count("GET"), faulty_s3.count(prefix="r/")) == (9, 4, 4)


def test_slow(client: Any, local_s3: LocalS3, faulty_s3: FaultyS3) -> None:
    """The answer comes, later; a client that waits less has a time-out, and is not waited for."""
    faulty_s3.behave(Fault.SLOW, 0.3)
    started = time.monotonic()
    assert read(client, local_s3) == BODY
    assert time.monotonic() - started >= 0.3
    faulty_s3.behave(Fault.SLOW, 3600)
    with pytest.raises(ReadTimeoutError):
        read(client_of(local_s3, faulty_s3, 0.1), local_s3)


def test_a_slow_write_is_done(client: Any, local_s3: LocalS3, faulty_s3: FaultyS3) -> None:
    """The server has the object, although the client has given up."""
    faulty_s3.behave(Fault.SLOW, 3600, method="PUT")
    with pytest.raises(ReadTimeoutError):
        client_of(local_s3, faulty_s3, 0.5).put_object(
            Bucket=local_s3.bucket, Key="o/late", Body=BODY
        )
    listed = {"Bucket": local_s3.bucket, "Prefix": "o/late"}
    eventually(lambda: client.list_objects_v2(**listed).get("Contents"), "it is there")
    assert read(client, local_s3, "o/late") == BODY


def test_refused(client: Any, local_s3: LocalS3, faulty_s3: FaultyS3) -> None:
    """The connection closes without an answer, and the server hears nothing."""
    faulty_s3.behave(Fault.REFUSE)
    with pytest.raises(LOST):
        read(client, local_s3)
    with pytest.raises(LOST):
        client.put_object(Bucket=local_s3.bucket, Key="o/refused", Body=BODY * 500)
    assert faulty_s3.count() == 2
    faulty_s3.behave(Fault.PASS)
    with pytest.raises(ClientError, match="NoSuchKey"):
        read(client, local_s3, "o/refused")
    assert read(client, local_s3) == BODY


def test_unreachable(client: Any, local_s3: LocalS3, faulty_s3: FaultyS3) -> None:
    """Nobody listens, open connections are gone, and the address comes back."""
    assert read(client, local_s3) == BODY
    faulty_s3.disappear()
    assert not is_listening(urlsplit(faulty_s3.endpoint).port or 0)
    for _ in range(2):
        with pytest.raises((EndpointConnectionError, ConnectionClosedError)):
            read(client, local_s3)
    faulty_s3.reset()
    assert read(client, local_s3) == BODY
    assert faulty_s3.count() == 1


@pytest.mark.parametrize("amount", [0, 1, 5000])
def test_cut(client: Any, local_s3: LocalS3, faulty_s3: FaultyS3, amount: int) -> None:
    """So many bytes come, of the length that was promised."""
    faulty_s3.behave(Fault.CUT, amount)
    answer = client.get_object(Bucket=local_s3.bucket, Key=KEY)
    assert answer["ContentLength"] == len(BODY)
    if amount:
        assert answer["Body"].read(amount) == BODY[:amount]
    with pytest.raises((IncompleteReadError, ResponseStreamingError)):
        answer["Body"].read()
    # What has no body is whole.
    assert client.head_object(Bucket=local_s3.bucket, Key=KEY)["ContentLength"] == len(BODY)


@pytest.mark.parametrize(("status", "code"), [(503, "SlowDown"), (403, "AccessDenied")])
def test_an_error(
    client: Any, local_s3: LocalS3, faulty_s3: FaultyS3, status: int, code: str
) -> None:
    """The status has S3's code in S3's XML, HEAD has the status, and nothing is done."""
    faulty_s3.behave(Fault.ERROR, status)
    with pytest.raises(ClientError) as caught:
        read(client, local_s3)
    assert caught.value.response["Error"]["Code"] == code
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == status
    with pytest.raises(ClientError, match=str(status)):
        client.head_object(Bucket=local_s3.bucket, Key=KEY)
    with pytest.raises(ClientError, match=code):
        client.delete_object(Bucket=local_s3.bucket, Key=KEY)
    faulty_s3.reset()
    assert read(client, local_s3) == BODY


def test_hanging(client: Any, local_s3: LocalS3, faulty_s3: FaultyS3) -> None:
    """Nothing is answered until something else is set, and those who waited get that."""
    faulty_s3.behave(Fault.HANG, method="GET", prefix="o/foobar-develop/")
    with ThreadPoolExecutor(3) as pool:
        waiting = [pool.submit(read, client, local_s3) for _ in range(3)]
        faulty_s3.has_received(3, "GET", KEY)
        client.head_object(Bucket=local_s3.bucket, Key=KEY)
        assert not any(answer.done() for answer in waiting)
        faulty_s3.behave(Fault.PASS)
        assert [answer.result(PATIENCE) for answer in waiting] == [BODY] * 3


def test_who_leaves_a_hanging_one_is_forgotten(
    client: Any, local_s3: LocalS3, faulty_s3: FaultyS3
) -> None:
    """A write whose client has left is not done when the fault is over."""
    faulty_s3.behave(Fault.HANG, method="PUT")
    with pytest.raises(ReadTimeoutError):
        client_of(local_s3, faulty_s3, 0.1).put_object(
            Bucket=local_s3.bucket, Key="o/never", Body=BODY
        )
    faulty_s3.behave(Fault.PASS)
    with pytest.raises(ClientError, match="NoSuchKey"):
        read(client, local_s3, "o/never")


def test_faults_of_some_requests(client: Any, local_s3: LocalS3, faulty_s3: FaultyS3) -> None:
    """Method and prefix choose; the last setting that applies counts; the others are sound."""
    faulty_s3.behave(Fault.ERROR, 503, method="GET")
    faulty_s3.behave(Fault.ERROR, 500, prefix="r/")
    client.head_object(Bucket=local_s3.bucket, Key=KEY)
    for key, code in ((KEY, "SlowDown"), ("r/a", "InternalError")):
        with pytest.raises(ClientError, match=code):
            read(client, local_s3, key)
    with pytest.raises(ClientError, match="InternalError"):
        client.list_objects_v2(Bucket=local_s3.bucket, Prefix="r/o/")
    client.list_objects_v2(Bucket=local_s3.bucket, Prefix="o/")


def test_it_stands_behind_the_service(
    tmp_path: Any, client: Any, local_s3: LocalS3, faulty_s3: FaultyS3
) -> None:
    """As S3_ENDPOINT it serves thumbnails and originals, and its faults arrive there."""
    key = "o/foobar-develop/proxied/a.jpg"
    client.put_object(Bucket=local_s3.bucket, Key=key, Body=noise(40, 30))
    environment = environment_for(local_s3, S3_ENDPOINT=faulty_s3.endpoint, S3_RETRIES="0")
    with serve(tmp_path, environment) as service:
        assert size_of(service.get(f"/t/20x10/u/{key}").content) == (20, 10)
        assert size_of(service.get(f"/{key}").content) == (40, 30)
        faulty_s3.behave(Fault.ERROR, 503, prefix="o/")
        assert service.get(f"/t/21x10/u/{key}").status_code == 502
        faulty_s3.behave(Fault.PASS)
        assert service.get(f"/t/21x10/u/{key}").status_code == 200
