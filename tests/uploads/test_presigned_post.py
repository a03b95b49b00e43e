"""thumbor_renuo.uploads.presigned_post: policies that S3 accepts from the existing clients."""

import base64
import hashlib
import hmac
import json
import re
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest

from tests.conftest import API_KEY, APP, BUCKET, ENVIRONMENT, make_settings
from thumbor_renuo.apps import App
from thumbor_renuo.uploads.prefix import first_group
from thumbor_renuo.uploads.presigned_post import PolicySigner

TENANT = App("foobar", "develop", API_KEY, "98765")
SECRET = ENVIRONMENT["S3_SECRET_KEY"]
KEYS = [
    "key",
    "acl",
    "policy",
    "x_amz_algorithm",
    "x_amz_credential",
    "x_amz_expires",
    "x_amz_signature",
    "x_amz_date",
    "utf8",
]
# "Creating a POST policy", S3 API reference: what needs no condition.
UNCONDITIONED = {"file", "policy", "x-amz-signature"}


def sign(**changes: str) -> dict[str, Any]:
    """An answer of the signer for the known app."""
    return PolicySigner(make_settings(**changes)).sign(TENANT)


def policy_of(answer: dict[str, Any]) -> dict[str, Any]:
    """The decoded policy."""
    return json.loads(base64.b64decode(answer["data"]["policy"], validate=True))


def posted(answer: dict[str, Any], name: str = "x.jpg") -> dict[str, str]:
    """The form fields as the old clients post them and S3 reads them."""
    fields = {name.replace("_", "-"): str(value) for name, value in answer["data"].items()}
    return {**fields, "key": fields["key"].replace("${filename}", name)}


def signing_key(secret: str, day: str, region: str) -> bytes:
    """SigV4's derived key: "Signature Version 4 signing process", AWS general reference."""
    key = ("AWS4" + secret).encode()
    for part in (day, region, "s3", "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key


def violations(policy: dict[str, Any], fields: dict[str, str], bucket: str, size: int) -> list[str]:
    """What AWS would refuse: unnamed fields and unmet conditions."""
    values = {**fields, "bucket": bucket}
    named, broken = {"bucket"}, []
    for condition in policy["conditions"]:
        if isinstance(condition, dict):
            (operator, (name, wanted)) = "eq", next(iter(condition.items()))
        else:
            operator, name, wanted = condition[0], condition[1], condition[2]
        if operator == "content-length-range":
            if not condition[1] <= size <= condition[2]:
                broken.append("file")
            continue
        name = name.removeprefix("$").lower()
        named.add(name)
        value = values.get(name)
        meets = {"eq": str.__eq__, "starts-with": str.startswith}[operator]
        if value is None or not meets(value, wanted):
            broken.append(name)
    unnamed = [
        name
        for name in fields
        if name not in named | UNCONDITIONED and not name.startswith("x-ignore-")
    ]
    return unnamed + broken


def without(conditions: list[Any], name: str) -> list[Any]:
    """The conditions but for those on one field."""
    return [c for c in conditions if name not in c and f"${name}" not in c]


def test_the_answer_has_the_contracts_shape() -> None:
    """`data` has exactly nine keys in the order in which the clients post them."""
    answer = sign()
    assert list(answer) == ["url", "data", "file_prefix", "file_url_path"]
    assert list(answer["data"]) == KEYS


def test_the_addresses_belong_to_the_app_and_its_prefix() -> None:
    """URL, key, prefix and public path agree."""
    before = datetime.now(UTC).date()
    answer = sign()
    after = datetime.now(UTC).date()
    prefix = answer["file_prefix"]
    assert re.fullmatch(r"[0-9a-z]{4}/(?:[0-9a-f]{4}/){8}", prefix)
    assert prefix[:4] in {first_group("secret", API_KEY, day) for day in (before, after)}
    assert answer["url"] == "https://bucket.s3.eu-central-1.amazonaws.com/"
    assert answer["data"]["key"] == f"o/{APP}/{prefix}${{filename}}"
    assert answer["file_url_path"] == f"//cdn.example.com/o/{APP}/{prefix}"


def test_the_fields_have_the_contracts_values() -> None:
    """Algorithm, credential, date, utf8 and the lifetime as a whole number."""
    before = datetime.now(UTC).replace(microsecond=0)
    data = sign()["data"]
    signed_at = datetime.strptime(data["x_amz_date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    assert before <= signed_at <= datetime.now(UTC)
    assert data["x_amz_algorithm"] == "AWS4-HMAC-SHA256"
    assert data["x_amz_credential"] == (
        f"AKIDEXAMPLE/{signed_at:%Y%m%d}/eu-central-1/s3/aws4_request"
    )
    assert data["x_amz_expires"] == 28800
    assert type(data["x_amz_expires"]) is int
    assert data["utf8"] == "✓"
    assert re.fullmatch("[0-9a-f]{64}", data["x_amz_signature"])


def test_the_policy_has_exactly_the_contracts_conditions() -> None:
    """The contract's eight conditions and the length; none on Content-Type."""
    answer = sign()
    data = answer["data"]
    expected = [
        {"bucket": BUCKET},
        {"acl": "bucket-owner-full-control"},
        ["starts-with", "$key", f"o/{APP}/{answer['file_prefix']}"],
        ["starts-with", "$utf8", "✓"],
        {"x-amz-credential": data["x_amz_credential"]},
        {"x-amz-algorithm": "AWS4-HMAC-SHA256"},
        {"x-amz-date": data["x_amz_date"]},
        {"x-amz-expires": "28800"},
        ["content-length-range", 0, 5 * 1024**3],
    ]
    policy = policy_of(answer)
    assert sorted(policy["conditions"], key=json.dumps) == sorted(expected, key=json.dumps)
    assert set(policy) == {"expiration", "conditions"}


@pytest.mark.parametrize("seconds", [60, 28800, 604800])
def test_a_policy_expires_after_its_lifetime(seconds: int) -> None:
    """Expiration is the signing time and the option's seconds, 8 hours by default."""
    answer = sign(UPLOAD_POLICY_SECONDS=str(seconds))
    assert answer["data"]["x_amz_expires"] == seconds
    assert {"x-amz-expires": str(seconds)} in policy_of(answer)["conditions"]
    signed_at = datetime.strptime(answer["data"]["x_amz_date"], "%Y%m%dT%H%M%S%z")
    expires = datetime.strptime(policy_of(answer)["expiration"], "%Y-%m-%dT%H:%M:%S%z")
    # The two moments may be read on either side of a full second.
    assert 0 <= (expires - signed_at - timedelta(seconds=seconds)).total_seconds() <= 1


@pytest.mark.parametrize("acl", ["public-read", "private", "bucket-owner-full-control"])
def test_the_acl_is_the_deployments(acl: str) -> None:
    """Field and condition have the option's ACL."""
    answer = sign(UPLOAD_ACL=acl)
    assert answer["data"]["acl"] == acl
    assert {"acl": acl} in policy_of(answer)["conditions"]
    assert violations(policy_of(answer), posted(answer), BUCKET, 1) == []


def test_the_derivation_gives_the_known_signing_key() -> None:
    """The derivation of this file is right: the contract's SigV4 vector."""
    key = signing_key(SECRET, "20150326", "eu-central-1")
    assert base64.b64encode(key) == b"6l+VGIvb0VcI5cUuyl2sLnhNWEyAwITEeUzTYqlqelc="


@pytest.mark.parametrize("region", ["eu-central-1", "us-east-1"])
@pytest.mark.parametrize("dialect", ["aws", "seaweedfs"])
def test_the_signature_verifies(region: str, dialect: str) -> None:
    """An independent SigV4 derivation signs the very policy that is answered."""
    data = sign(S3_REGION=region, S3_POLICY_DIALECT=dialect)["data"]
    assert data["x_amz_algorithm"] == "AWS4-HMAC-SHA256"
    access_key, day, named_region, service, end = data["x_amz_credential"].split("/")
    assert (access_key, named_region) == ("AKIDEXAMPLE", region)
    assert (service, end) == ("s3", "aws4_request")
    key = signing_key(SECRET, day, region)
    expected = hmac.new(key, data["policy"].encode(), hashlib.sha256).hexdigest()
    assert data["x_amz_signature"] == expected


@pytest.mark.parametrize("name", ["x.jpg", "mlut-.png", ".png", "日本.png"])
def test_aws_accepts_what_the_old_clients_post(name: str) -> None:
    """Every field is named by a condition and every condition is met."""
    answer = sign()
    assert violations(policy_of(answer), posted(answer, name), BUCKET, 22931) == []


@pytest.mark.parametrize(
    ("changed", "violated"),
    [
        ({"key": "o/other-develop/x.jpg"}, "key"),
        ({"acl": "public-read-write"}, "acl"),
        ({"Content-Type": "text/html"}, "Content-Type"),
        ({"success_action_redirect": "https://example.com"}, "success_action_redirect"),
        ({"x-amz-meta-a": "b"}, "x-amz-meta-a"),
        ({"utf8": "x"}, "utf8"),
        ({"x-amz-expires": "604800"}, "x-amz-expires"),
    ],
)
def test_aws_refuses_what_the_policy_does_not_allow(changed: dict[str, str], violated: str) -> None:
    """Another folder, another ACL or one more field breaks the policy."""
    answer = sign()
    assert violations(policy_of(answer), posted(answer) | changed, BUCKET, 1) == [violated]


@pytest.mark.parametrize(("size", "broken"), [(0, []), (1000, []), (1001, ["file"])])
def test_a_file_has_at_most_the_allowed_bytes(size: int, broken: list[str]) -> None:
    """The length's bounds are 0 and the option's bytes."""
    answer = sign(UPLOAD_MAX_BYTES="1000")
    assert violations(policy_of(answer), posted(answer), BUCKET, size) == broken


def test_the_seaweedfs_dialect_differs_in_utf8_only() -> None:
    """The field stays, its condition goes, nothing else changes."""
    aws, seaweedfs = sign(), sign(S3_POLICY_DIALECT="seaweedfs")
    assert list(seaweedfs["data"]) == KEYS
    assert seaweedfs["data"]["utf8"] == "✓"
    assert violations(policy_of(seaweedfs), posted(seaweedfs), BUCKET, 1) == ["utf8"]
    varying = ("key", "x-amz-date", "x-amz-credential")
    left = without(policy_of(aws)["conditions"], "utf8")
    right = policy_of(seaweedfs)["conditions"]
    assert len(right) == len(policy_of(aws)["conditions"]) - 1
    for name in varying:
        left, right = without(left, name), without(right, name)
    assert left == right


@pytest.mark.parametrize(
    ("changes", "url"),
    [
        ({"S3_REGION": "us-east-1"}, "https://bucket.s3.amazonaws.com/"),
        ({"S3_REGION": "ap-south-1"}, "https://bucket.s3.ap-south-1.amazonaws.com/"),
        ({"S3_BUCKET_NAME": "my.bucket"}, "https://s3.eu-central-1.amazonaws.com/my.bucket/"),
        ({"S3_ENDPOINT": "http://localhost:8333"}, "http://localhost:8333/bucket/"),
        ({"S3_ENDPOINT": "https://s3.example.com/"}, "https://s3.example.com/bucket/"),
        (
            {"S3_ENDPOINT": "http://localhost:8333", "S3_BUCKET_NAME": "my.bucket"},
            "http://localhost:8333/my.bucket/",
        ),
    ],
)
def test_the_url_follows_region_bucket_and_endpoint(changes: dict[str, str], url: str) -> None:
    """Dotted buckets and endpoints use path style; the URL always ends in a slash."""
    answer = sign(**changes)
    assert answer["url"] == url
    bucket = changes.get("S3_BUCKET_NAME", BUCKET)
    assert violations(policy_of(answer), posted(answer), bucket, 1) == []


def test_signing_uses_neither_network_nor_foreign_credentials(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A signer is made and signs offline, with our key whatever the environment holds."""

    def refuse(*args: object, **_more: object) -> None:
        raise AssertionError(f"the network was asked: {args!r}")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    foreign = tmp_path / "credentials"
    foreign.write_text(
        "[default]\naws_access_key_id = FOREIGN\naws_secret_access_key = foreign\n", "utf-8"
    )
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(foreign))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "FOREIGN")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "foreign")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "foreign")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-west-2")
    answer = sign()
    assert list(answer["data"]) == KEYS
    assert answer["data"]["x_amz_credential"].startswith("AKIDEXAMPLE/")
    assert violations(policy_of(answer), posted(answer), BUCKET, 1) == []


def test_two_signatures_never_share_a_prefix() -> None:
    """Each call of one signer gives a prefix of its own."""
    signer = PolicySigner(make_settings())
    assert len({signer.sign(TENANT)["file_prefix"] for _ in range(200)}) == 200


@pytest.mark.parametrize(("name", "value"), [
    ("AWS_PROFILE", "nosuch"), ("AWS_ENDPOINT_URL", "http://other.example"),
    ("AWS_ENDPOINT_URL_S3", "http://other.example"), ("AWS_USE_FIPS_ENDPOINT", "true"),
    ("AWS_USE_DUALSTACK_ENDPOINT", "true"),
])  # fmt: skip
def test_the_machines_aws_variables_change_nothing(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    """Forms go to the bucket that our options name."""
    monkeypatch.setenv(name, value)
    signed = PolicySigner(make_settings()).sign(TENANT)
    assert signed["url"] == "https://bucket.s3.eu-central-1.amazonaws.com/"
