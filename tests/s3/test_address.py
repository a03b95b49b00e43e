"""thumbor_renuo.s3.address: where forms are posted to."""

import socket
from urllib.parse import quote, urlsplit

import boto3
import pytest
from botocore.config import Config
from botocore.session import Session

from tests.conftest import BUCKET, make_settings
from thumbor_renuo.errors import ConfigurationError
from thumbor_renuo.s3.address import bucket_url
from thumbor_renuo.s3.client import client_config, isolated_session

ADDRESSES = [
    ({}, "https://bucket.s3.eu-central-1.amazonaws.com/"),
    ({"S3_REGION": "us-east-1"}, "https://bucket.s3.amazonaws.com/"),
    ({"S3_REGION": "us-gov-west-1"}, "https://bucket.s3.us-gov-west-1.amazonaws.com/"),
    ({"S3_REGION": "cn-north-1"}, "https://bucket.s3.cn-north-1.amazonaws.com.cn/"),
    ({"S3_REGION": "xx-newest-9"}, "https://bucket.s3.xx-newest-9.amazonaws.com/"),
    ({"S3_BUCKET_NAME": "abc"}, "https://abc.s3.eu-central-1.amazonaws.com/"),
    ({"S3_BUCKET_NAME": "a" * 63}, f"https://{'a' * 63}.s3.eu-central-1.amazonaws.com/"),
    ({"S3_BUCKET_NAME": "my.bucket"}, "https://s3.eu-central-1.amazonaws.com/my.bucket/"),
    (
        {"S3_BUCKET_NAME": "my.bucket", "S3_REGION": "us-east-1"},
        "https://s3.amazonaws.com/my.bucket/",
    ),
    ({"S3_BUCKET_NAME": "192.168.0.1"}, "https://s3.eu-central-1.amazonaws.com/192.168.0.1/"),
    ({"S3_ENDPOINT": "http://localhost:8333"}, "http://localhost:8333/bucket/"),
    ({"S3_ENDPOINT": "http://127.0.0.1:8333/"}, "http://127.0.0.1:8333/bucket/"),
    ({"S3_ENDPOINT": "https://s3.example.com:443"}, "https://s3.example.com:443/bucket/"),
    (
        {"S3_ENDPOINT": "https://s3.example.com", "S3_BUCKET_NAME": "my.bucket"},
        "https://s3.example.com/my.bucket/",
    ),
    (
        {"S3_ENDPOINT": "https://s3.example.com", "S3_REGION": "us-east-1"},
        "https://s3.example.com/bucket/",
    ),
]


@pytest.mark.parametrize(("changes", "url"), ADDRESSES, ids=str)
def test_the_address_follows_region_bucket_and_endpoint(changes: dict[str, str], url: str) -> None:
    """Dotted buckets and look-alikes have the bucket in the path; a slash is always last."""
    assert bucket_url(make_settings(**changes)) == url


@pytest.mark.parametrize(("changes", "url"), ADDRESSES, ids=str)
@pytest.mark.parametrize("key", ["o/a/b.jpg", "o/ä/日 +~(1)%.png"])
def test_an_objects_address_is_botocores(changes: dict[str, str], url: str, key: str) -> None:
    """The bucket's address and the encoded key are where botocore's own client would go."""
    options = make_settings(**changes)
    client = boto3.Session(botocore_session=isolated_session(Session)).client(
        "s3",
        region_name=options.s3_region,
        endpoint_url=options.s3_endpoint or None,
        aws_access_key_id="AKID",
        aws_secret_access_key="secret",
        config=client_config(options, Config),
    )
    theirs = client.generate_presigned_url(
        "get_object", Params={"Bucket": options.s3_bucket_name, "Key": key}
    )
    assert theirs.partition("?")[0] == bucket_url(options) + quote(key)


@pytest.mark.parametrize("region", ["-", "eu-", "-eu", "-" * 40])
def test_a_region_that_cannot_be_stops_the_start(region: str) -> None:
    """The error names the options, says why, and shows no secret."""
    options = make_settings(S3_REGION=region)
    with pytest.raises(ConfigurationError) as caught:
        bucket_url(options)
    (fault,) = caught.value.faults
    assert fault.startswith("S3_BUCKET_NAME, S3_REGION, S3_ENDPOINT: cannot be used together, ")
    assert region in fault
    assert options.s3_secret_key not in fault
    assert caught.value.__suppress_context__


def test_the_address_is_worked_out_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without network, and only once for one set-up: botocore takes a tenth of a second."""

    def refuse(*args: object, **_more: object) -> None:
        raise AssertionError(f"the network was asked: {args!r}")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    first = bucket_url(make_settings(S3_REGION="ca-central-1", S3_BUCKET_NAME="other-bucket"))
    assert urlsplit(first).hostname == "other-bucket.s3.ca-central-1.amazonaws.com"
    monkeypatch.setattr(boto3, "Session", refuse)
    again = bucket_url(make_settings(S3_REGION="ca-central-1", S3_BUCKET_NAME="other-bucket"))
    assert again == first
    with pytest.raises(AssertionError):
        bucket_url(make_settings(S3_REGION="ca-central-1", S3_BUCKET_NAME="a-third-bucket"))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("AWS_PROFILE", "nosuch"),
        ("AWS_ENDPOINT_URL", "http://other.example"),
        ("AWS_ENDPOINT_URL_S3", "http://other.example"),
        ("AWS_USE_FIPS_ENDPOINT", "true"),
        ("AWS_USE_DUALSTACK_ENDPOINT", "true"),
        ("AWS_S3_US_EAST_1_REGIONAL_ENDPOINT", "regional"),
        ("AWS_DEFAULT_REGION", "us-west-2"),
        ("AWS_CONFIG_FILE", "/nonexistent"),
    ],
)
def test_the_machines_variables_change_nothing(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    """Only our options count, in us-east-1 and elsewhere."""
    monkeypatch.setenv(name, value)
    bucket_url.cache_clear()
    assert bucket_url(make_settings()) == f"https://{BUCKET}.s3.eu-central-1.amazonaws.com/"
    assert bucket_url(make_settings(S3_REGION="us-east-1")) == f"https://{BUCKET}.s3.amazonaws.com/"
