"""thumbor_renuo.uploads.sigv4: signatures that AWS takes."""

import base64
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch
from urllib.parse import parse_qs, parse_qsl, quote, urlsplit

import boto3
import pytest
from botocore import auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials as BotoCredentials
from botocore.session import Session
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.conftest import BUCKET, ENVIRONMENT, make_settings
from tests.uploads.aws_policy import refusals
from thumbor_renuo.s3.address import bucket_url
from thumbor_renuo.s3.client import client_config, isolated_session
from thumbor_renuo.uploads.sigv4 import (
    Credentials,
    as_conditions,
    presign_url,
    sign_post,
    signing_time,
    stamp,
)

# The access key of AWS's own examples.
EXAMPLE = Credentials(
    "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "us-east-1"
)
# "Examples: Browser-based upload using HTTP POST", Amazon S3 API reference.
EXAMPLE_POLICY = """{ "expiration": "2015-12-30T12:00:00.000Z",
  "conditions": [
    {"bucket": "sigv4examplebucket"},
    ["starts-with", "$key", "user/user1/"],
    {"acl": "public-read"},
    {"success_action_redirect": "http://sigv4examplebucket.s3.amazonaws.com/successful_upload.html"},
    ["starts-with", "$Content-Type", "image/"],
    {"x-amz-meta-uuid": "14365123651274"},
    {"x-amz-server-side-encryption": "AES256"},
    ["starts-with", "$x-amz-meta-tag", ""],

    {"x-amz-credential": "AKIAIOSFODNN7EXAMPLE/20151229/us-east-1/s3/aws4_request"},
    {"x-amz-algorithm": "AWS4-HMAC-SHA256"},
    {"x-amz-date": "20151229T000000Z" }
  ]
}""".replace("\n", "\r\n")
ANY_KEY = as_conditions([["starts-with", "$key", ""]])
EXAMPLE_SIGNATURE = "8afdbf4008c03f22c2cd3cdb72e4afbb1f6a588f3255ac628749a66d7f09699e"

OURS = Credentials("AKIDEXAMPLE", ENVIRONMENT["S3_SECRET_KEY"], "eu-central-1")
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ADDRESSES: list[dict[str, str]] = [
    {},
    {"S3_REGION": "us-east-1"},
    {"S3_REGION": "ap-south-1"},
    {"S3_REGION": "cn-north-1"},
    {"S3_BUCKET_NAME": "my.dotted.bucket"},
    {"S3_ENDPOINT": "http://localhost:8333"},
    {"S3_ENDPOINT": "https://S3.Example.com:443", "S3_BUCKET_NAME": "my.bucket"},
    {"S3_ENDPOINT": "http://LOCALHOST:80/"},
    {"S3_ENDPOINT": "http://s3.example.com:443"},
]
KEYS = [
    "o/foobar-develop/qstu/0b1c/x.jpg",
    "o/a/ä b+c~d%e(f)g'h!i*j@k&l=m,n:o;p$q?r#s[t]u.png",
    "o/a/日本/\U0001f468‍\U0001f469.png",
    "o/a/%2F/%20/..//./x",
    'o/a/"<>\\^`{|}.png',
    "o/a/" + "日" * 340,
]
texts = st.text(st.characters(codec="utf-8"), max_size=60)
words = st.text(st.sampled_from("aZ09 ~+/%=&,;:_-é"), max_size=12)
header_values = st.text(st.sampled_from('aZ09 /;=",-\t'), min_size=1, max_size=30)
moments = st.datetimes(datetime(2015, 1, 1), datetime(2099, 12, 31)).map(  # noqa: DTZ001
    lambda moment: moment.replace(microsecond=0, tzinfo=UTC)
)


class Frozen(datetime):
    """A clock for botocore that stands still."""

    moment = NOW

    @classmethod
    def utcnow(cls) -> datetime:
        return cls.moment.replace(tzinfo=None)


def frozen(moment: datetime = NOW) -> Any:
    """Let botocore sign at a moment."""
    clock = type("Clock", (Frozen,), {"moment": moment})
    return patch.object(auth, "datetime", SimpleNamespace(datetime=clock))


@lru_cache
def client(changes: tuple[tuple[str, str], ...]) -> Any:
    """Botocore's client of a set-up."""
    options = make_settings(**dict(changes))
    return boto3.Session(botocore_session=isolated_session(Session)).client(
        "s3",
        region_name=options.s3_region,
        endpoint_url=options.s3_endpoint or None,
        aws_access_key_id=options.s3_public_key,
        aws_secret_access_key=options.s3_secret_key,
        config=client_config(options, Config),
    )


def botocore_url(changes: dict[str, str], method: str, seconds: int, **arguments: Any) -> str:
    """What botocore's client signs."""
    made = client(tuple(changes.items()))
    bucket = changes.get("S3_BUCKET_NAME", BUCKET)
    with frozen():
        return made.generate_presigned_url(
            method, Params={"Bucket": bucket, **arguments}, ExpiresIn=seconds
        )


def our_url(changes: dict[str, str], method: str, key: str, seconds: int, **more: Any) -> str:
    """What we sign for the same."""
    options = make_settings(**changes)
    credentials = Credentials(options.s3_public_key, options.s3_secret_key, options.s3_region)
    url = bucket_url(options) + quote(key)
    return presign_url(credentials, NOW, method, url, seconds=seconds, **more)


def parts_of(url: str) -> tuple[str, str, str, list[tuple[str, str]]]:
    """A URL with its parameters in any order."""
    parts = urlsplit(url)
    query = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=True)
    return parts.scheme, parts.netloc, parts.path, sorted(query)


def policy_of(fields: Mapping[str, str]) -> dict[str, Any]:
    """The decoded policy."""
    return json.loads(base64.b64decode(fields["policy"], validate=True))


def test_the_post_example_of_aws() -> None:
    """The policy of AWS's documentation gets the signature that stands there."""
    encoded = base64.b64encode(EXAMPLE_POLICY.encode()).decode()
    day = datetime(2015, 12, 29, tzinfo=UTC)
    assert stamp(EXAMPLE, day).sign(encoded) == EXAMPLE_SIGNATURE
    assert stamp(EXAMPLE, day).date == "20151229T000000Z"
    assert stamp(EXAMPLE, day).credential == (
        "AKIAIOSFODNN7EXAMPLE/20151229/us-east-1/s3/aws4_request"
    )


def test_the_strict_checker_takes_the_post_example_of_aws() -> None:
    """The form of AWS's documentation, its names in capitals and `${filename}`, is good."""
    form = {
        "key": "user/user1/${filename}",
        "acl": "public-read",
        "success_action_redirect": (
            "http://sigv4examplebucket.s3.amazonaws.com/successful_upload.html"
        ),
        "Content-Type": "image/jpeg",
        "x-amz-meta-uuid": "14365123651274",
        "x-amz-server-side-encryption": "AES256",
        "X-Amz-Credential": "AKIAIOSFODNN7EXAMPLE/20151229/us-east-1/s3/aws4_request",
        "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
        "X-Amz-Date": "20151229T000000Z",
        "x-amz-meta-tag": "",
        "Policy": base64.b64encode(EXAMPLE_POLICY.encode()).decode(),
        "X-Amz-Signature": EXAMPLE_SIGNATURE,
    }
    place = {"bucket": "sigv4examplebucket", "secret": EXAMPLE.secret_key, "region": "us-east-1"}
    assert refusals(form, **place, now=datetime(2015, 12, 29, 1, tzinfo=UTC)) == []
    assert refusals(form, **place, now=datetime(2015, 12, 30, 12, tzinfo=UTC)) == [
        "policy: expired"
    ]
    moved = form | {"key": "user/user2/${filename}"}
    assert refusals(moved, **place, now=datetime(2015, 12, 29, tzinfo=UTC)) == ["unmet: key"]


def test_the_presigned_example_of_aws() -> None:
    """The GET of "Authenticating requests: using query parameters", to the letter but for order."""
    url = presign_url(
        EXAMPLE,
        datetime(2013, 5, 24, tzinfo=UTC),
        "GET",
        "https://examplebucket.s3.amazonaws.com/test.txt",
        seconds=86400,
    )
    expected = (
        "https://examplebucket.s3.amazonaws.com/test.txt"
        "?X-Amz-Algorithm=AWS4-HMAC-SHA256"
        "&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request"
        "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"
        "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"
    )
    assert url == expected


def test_the_contracts_signing_key() -> None:
    """The derived key of the services before us."""
    derived = stamp(OURS, datetime(2015, 3, 26, tzinfo=UTC)).key
    assert base64.b64encode(derived) == b"6l+VGIvb0VcI5cUuyl2sLnhNWEyAwITEeUzTYqlqelc="


@settings(deadline=None)
@given(texts, words, st.integers(1, 604800), moments, st.dictionaries(words, words, max_size=4))
def test_any_presigned_url_is_botocores(
    key: str, region: str, seconds: int, now: datetime, query: dict[str, str]
) -> None:
    """Any key, credentials' region, lifetime, moment and query have the signature of botocore."""
    url = f"https://bucket.s3.amazonaws.com/{quote(key)}"
    query = {name: value for name, value in query.items() if name}
    mine = presign_url(
        Credentials("AKID", "secret/+", region), now, "GET", url, seconds=seconds, query=query
    )
    request = AWSRequest("GET", url, params=dict(query))
    with frozen(now):
        auth.S3SigV4QueryAuth(
            BotoCredentials("AKID", "secret/+"), "s3", region, expires=seconds
        ).add_auth(request)
    assert parts_of(mine) == parts_of(request.url)


@settings(deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["content-type", "cache-control", "x-amz-acl", "x-amz-meta-app", "a", "z"]),
        header_values,
    )
)
@example({"cache-control": "  public,  max-age=60 "})
def test_any_signed_headers_are_botocores(headers: dict[str, str]) -> None:
    """Headers in any order and with any blanks have the signature of botocore."""
    url = "https://bucket.s3.amazonaws.com/x"
    mine = presign_url(OURS, NOW, "PUT", url, seconds=60, headers=headers)
    request = AWSRequest("PUT", url, headers=dict(headers))
    with frozen():
        auth.S3SigV4QueryAuth(
            BotoCredentials(OURS.access_key, OURS.secret_key), "s3", OURS.region, expires=60
        ).add_auth(request)
    assert parts_of(mine) == parts_of(request.url)


@pytest.mark.parametrize("changes", ADDRESSES, ids=str)
@pytest.mark.parametrize("key", KEYS, ids=ascii)
def test_a_get_is_botocores(changes: dict[str, str], key: str) -> None:
    """Each kind of address and key, from the bucket's URL to the signature."""
    answer = {"response-content-disposition": 'attachment; filename="ä b+c.png"'}
    theirs = botocore_url(
        changes,
        "get_object",
        600,
        Key=key,
        ResponseContentDisposition=answer["response-content-disposition"],
    )
    assert parts_of(our_url(changes, "GET", key, 600, query=answer)) == parts_of(theirs)


@pytest.mark.parametrize("changes", ADDRESSES, ids=str)
@pytest.mark.parametrize("key", KEYS, ids=ascii)
def test_a_put_with_all_headers_is_botocores(changes: dict[str, str], key: str) -> None:
    """ACL, type, length, caching, metadata, storage class, checksum and If-None-Match."""
    checksum = base64.b64encode(bytes(range(32))).decode()
    theirs = botocore_url(
        changes,
        "put_object",
        900,
        Key=key,
        ACL="bucket-owner-full-control",
        ContentType="image/svg+xml",
        ContentLength=12345,
        CacheControl="public, max-age=31536000, immutable",
        Metadata={"app": "foobar-develop"},
        StorageClass="STANDARD_IA",
        ChecksumSHA256=checksum,
        IfNoneMatch="*",
    )
    mine = our_url(
        changes,
        "PUT",
        key,
        900,
        headers={
            "x-amz-acl": "bucket-owner-full-control",
            "content-type": "image/svg+xml",
            "cache-control": "public, max-age=31536000, immutable",
            "x-amz-meta-app": "foobar-develop",
            "x-amz-storage-class": "STANDARD_IA",
            "if-none-match": "*",
            "x-amz-checksum-sha256": checksum,
            "content-length": "12345",
        },
    )
    assert parts_of(mine) == parts_of(theirs)
    assert parse_qs(urlsplit(mine).query)["X-Amz-SignedHeaders"][0].split(";") == [
        "cache-control", "content-length", "content-type", "host", "if-none-match", "x-amz-acl",
        "x-amz-checksum-sha256", "x-amz-meta-app", "x-amz-storage-class",
    ]  # fmt: skip


@pytest.mark.parametrize("changes", ADDRESSES, ids=str)
@pytest.mark.parametrize("number", [1, 10000])
@pytest.mark.parametrize("upload_id", ["VXBsb2FkIElE", "2~a+b/c=d._-%20ü"])
def test_a_part_is_botocores(changes: dict[str, str], number: int, upload_id: str) -> None:
    """Number and id of the upload belong to what is signed."""
    theirs = botocore_url(
        changes, "upload_part", 3600, Key=KEYS[1], PartNumber=number, UploadId=upload_id
    )
    query = {"partNumber": str(number), "uploadId": upload_id}
    assert parts_of(our_url(changes, "PUT", KEYS[1], 3600, query=query)) == parts_of(theirs)


@settings(deadline=None)
@given(
    st.lists(
        st.one_of(
            st.tuples(words.filter(bool), texts).map(lambda pair: {pair[0]: pair[1]}),
            st.tuples(st.just("starts-with"), words.map("${}".format), texts).map(list),
            st.tuples(st.just("content-length-range"), st.integers(0), st.integers(0)).map(list),
        ),
        min_size=1,
        max_size=6,
    ),
    st.integers(60, 604800),
    moments,
)
def test_any_policy_is_botocores(conditions: list[Any], seconds: int, now: datetime) -> None:
    """The policy is that of botocore, and signed alike."""
    mine = sign_post(
        OURS, now, bucket="bucket", conditions=as_conditions(conditions), seconds=seconds
    )
    request = AWSRequest("POST", "https://bucket.s3.amazonaws.com/")
    request.context["s3-presign-post-policy"] = {
        "expiration": (now + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "conditions": [{"bucket": "bucket"}, *conditions],
    }
    with frozen(now):
        auth.S3SigV4PostAuth(
            BotoCredentials(OURS.access_key, OURS.secret_key), "s3", OURS.region
        ).add_auth(request)
    theirs = request.context["s3-presign-post-fields"]
    varying = ("policy", "x-amz-signature")
    assert {n: v for n, v in mine.items() if n not in varying} == {
        n: v for n, v in theirs.items() if n not in varying
    }
    mine_policy, their_policy = policy_of(mine), policy_of(theirs)
    assert mine_policy["expiration"] == their_policy["expiration"]
    assert sorted(map(json.dumps, mine_policy["conditions"])) == sorted(
        map(json.dumps, their_policy["conditions"])
    )
    # The order of conditions is free: botocore signs our text as we do.
    with frozen(now):
        signer = auth.S3SigV4PostAuth(
            BotoCredentials(OURS.access_key, OURS.secret_key), "s3", OURS.region
        )
        assert mine["x-amz-signature"] == signer.signature(mine["policy"], request)


def test_a_policy_is_plain_ascii() -> None:
    """Letters of other scripts are escaped: whatever S3 takes the bytes for, they are the same."""
    conditions = as_conditions([{"key": "日本"}])
    fields = sign_post(OURS, NOW, bucket="b", conditions=conditions, seconds=60)
    decoded = base64.b64decode(fields["policy"])
    assert decoded.isascii()
    assert {"key": "日本"} in json.loads(decoded)["conditions"]


@pytest.mark.parametrize(
    ("now", "seconds", "ends"),
    [
        (datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC), 1, "2027-01-01T00:00:00Z"),
        (datetime(2028, 2, 28, 23, 0, 0, tzinfo=UTC), 3600, "2028-02-29T00:00:00Z"),
        (datetime(2026, 1, 1, 0, 0, 0, tzinfo=UTC), 604800, "2026-01-08T00:00:00Z"),
    ],
)
def test_a_policy_ends_over_the_end_of_days_and_years(
    now: datetime, seconds: int, ends: str
) -> None:
    """Its end is as many seconds later, in UTC; the scope stays the day of signing."""
    fields = sign_post(OURS, now, bucket="b", conditions=ANY_KEY, seconds=seconds)
    assert policy_of(fields)["expiration"] == ends
    assert f"/{now:%Y%m%d}/" in fields["x-amz-credential"]


def test_what_is_remembered_is_not_mixed_up() -> None:
    """Another secret, region, access key or second gives another signature, in any order."""
    others = [
        (OURS, NOW),
        (Credentials("OTHER", OURS.secret_key, OURS.region), NOW),
        (Credentials(OURS.access_key, "other", OURS.region), NOW),
        (Credentials(OURS.access_key, OURS.secret_key, "us-east-1"), NOW),
        (OURS, NOW + timedelta(seconds=1)),
        (OURS, NOW + timedelta(days=1)),
    ]

    def signed() -> list[tuple[str, str]]:
        found = []
        for credentials, now in others:
            fields = sign_post(credentials, now, bucket="b", conditions=ANY_KEY, seconds=60)
            url = presign_url(credentials, now, "GET", "https://b.example/x", seconds=60)
            found.append((fields["x-amz-signature"], url))
        return found

    first = signed()
    assert first == signed()
    assert len({signature for signature, _ in first}) == len(others)
    assert len({url for _, url in first}) == len(others)


def test_secrets_are_not_printed() -> None:
    """Neither the credentials nor the day's key show themselves in a log line."""
    shown = repr(OURS) + repr(stamp(OURS, NOW))
    assert OURS.secret_key not in shown
    assert repr(stamp(OURS, NOW).key) not in shown
    assert OURS.access_key in shown


def test_the_signing_time_has_whole_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    """UTC without a fraction, rounded down: never in S3's future."""
    monkeypatch.setattr("time.time", lambda: 1_795_348_799.999)
    assert signing_time() == datetime.fromtimestamp(1_795_348_799, UTC)
    assert signing_time().microsecond == 0
    assert signing_time().utcoffset() == timedelta(0)
