"""thumbor_renuo.uploads.signing: one concrete key, type and size for each upload."""

import base64
import itertools
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from botocore.auth import S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import API_KEY, APP, BUCKET, ENVIRONMENT, make_settings
from tests.uploads.aws_policy import refusals, stored_key
from thumbor_renuo.app_rules import STORAGE_CLASSES, Rules
from thumbor_renuo.apps import App
from thumbor_renuo.config import ACLS, MAX_POST_BYTES
from thumbor_renuo.errors import BadRequest, TooLarge, UnsupportedType
from thumbor_renuo.s3.object_key import ObjectKey
from thumbor_renuo.uploads.issued_key import IssuedKey
from thumbor_renuo.uploads.prefix import first_group
from thumbor_renuo.uploads.presigned_post import PolicySigner
from thumbor_renuo.uploads.signing import SignedUpload, UploadSigner, as_answer
from thumbor_renuo.uploads.token import CompletionTokens, Declared
from thumbor_renuo.uploads.upload_request import UploadRequest

CHECKSUM = base64.b64encode(bytes(range(32))).decode()
CHECKSUM_FIELD = "x-amz-checksum-sha256"
REQUEST = UploadRequest("Ümläut ß.png", "image/png", 12345)
NOW = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)
CDN_HOST = "cdn.example.com"
SIGNATURE_FIELDS = [
    "x-amz-algorithm",
    "x-amz-credential",
    "x-amz-date",
    "policy",
    "x-amz-signature",
]


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time of day, in seconds since 1970, as a test sets it."""
    now = [NOW.timestamp()]
    monkeypatch.setattr("thumbor_renuo.uploads.sigv4.time.time", lambda: now[0])
    return now


def tenant(**rules: Any) -> App:
    """The known app with rules."""
    return App("foobar", "develop", API_KEY, "98765", rules=Rules(**rules))


def signer(**changes: str) -> UploadSigner:
    """A signer of a set-up."""
    options = make_settings(**changes)
    return UploadSigner(options, PolicySigner(options), CompletionTokens(options))


def sign(
    request: UploadRequest = REQUEST,
    method: str = "POST",
    changes: dict[str, str] | None = None,
    **rules: Any,
) -> SignedUpload:
    """A signature for the known app."""
    return signer(**(changes or {})).sign(tenant(**rules), API_KEY, request, method)


def refused(fields: Any, **changes: Any) -> list[str]:
    """What AWS would say to a form of the known app."""
    place = {"bucket": BUCKET, "secret": ENVIRONMENT["S3_SECRET_KEY"], "region": "eu-central-1"}
    return refusals(fields, **{**place, "now": NOW, "size": REQUEST.size, **changes})


def policy_of(signed: SignedUpload) -> dict[str, Any]:
    """The decoded policy."""
    return json.loads(base64.b64decode(signed.fields["policy"], validate=True))


# -- forms ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("dialect", ["aws", "seaweedfs"])
@pytest.mark.parametrize("publish", ["at once", "verified"])
@pytest.mark.parametrize("checksum", ["", CHECKSUM], ids=["plain", "checksum"])
@pytest.mark.parametrize("storage_class", ["", *STORAGE_CLASSES])
@pytest.mark.parametrize("acl", [None, *ACLS])
def test_aws_takes_the_form_in_every_combination(
    acl: str | None, storage_class: str, checksum: str, publish: str, dialect: str
) -> None:
    """Every field has its condition and meets it; what was asked for stands in the fields."""
    request = UploadRequest(REQUEST.filename, REQUEST.content_type, REQUEST.size, checksum)
    signed = sign(
        request,
        changes={"S3_POLICY_DIALECT": dialect, "UPLOAD_ACL": "private"},
        acl=acl,
        storage_class=storage_class,
        publish=publish,
        cache_control="no-cache",
    )
    assert refused(signed.fields) == []
    expected = {
        "key": str(signed.key),
        "acl": acl or "private",
        "Content-Type": "image/png",
        "Cache-Control": "no-cache",
        "x-amz-meta-app": APP,
        **({"x-amz-storage-class": storage_class} if storage_class else {}),
        **({CHECKSUM_FIELD: checksum} if checksum else {}),
    }
    assert {n: v for n, v in signed.fields.items() if n not in SIGNATURE_FIELDS} == expected
    assert list(signed.fields) == [*expected, *SIGNATURE_FIELDS]
    assert signed.key.root == ("q" if publish == "verified" else "o")
    assert signed.method == "POST"
    assert signed.headers == {}
    assert signed.url == "https://bucket.s3.eu-central-1.amazonaws.com/"


@settings(deadline=None)
@given(st.text(st.characters(codec="utf-8"), max_size=300), st.integers(0, MAX_POST_BYTES))
def test_aws_takes_the_form_of_any_name_and_size(name: str, size: int) -> None:
    """The key is concrete: what the file is called by the browser changes nothing."""
    signed = SIGNER.sign(tenant(), API_KEY, UploadRequest(name, "image/png", size))
    arrives = datetime.strptime(signed.fields["x-amz-date"], "%Y%m%dT%H%M%S%z")
    assert refused(signed.fields, size=size, filename="../x.jpg", now=arrives) == []
    assert stored_key(signed.fields, "x.jpg") == str(signed.key) == signed.fields["key"]
    assert IssuedKey.parse(str(signed.key), APP) == signed.key


SIGNER = signer()


@pytest.mark.parametrize(
    ("size", "expected"), [(12344, ["file: size"]), (12345, []), (12346, ["file: size"])]
)
def test_the_form_takes_exactly_the_declared_bytes(size: int, expected: list[str]) -> None:
    """One less or one more is another file."""
    assert refused(sign().fields, size=size) == expected


@pytest.mark.parametrize(
    ("size", "expected"),
    [(4, ["file: size"]), (5, []), (1000, []), (1001, ["file: size"])],
)
def test_without_a_size_the_form_takes_the_apps_bounds(size: int, expected: list[str]) -> None:
    """Uppy's client does not tell how large its file is."""
    request = UploadRequest("a.png", "image/png")
    fields = sign(request, min_bytes=5, max_bytes=1000).fields
    assert refused(fields, size=size) == expected


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda fields: fields | {"key": fields["key"] + "x"}, ["unmet: key"]),
        (lambda fields: fields | {"key": fields["key"].upper()}, ["unmet: key"]),
        (lambda fields: fields | {"key": "o/other-develop/${filename}"}, ["unmet: key"]),
        (lambda fields: fields | {"key": ""}, ["key: length"]),
        (lambda fields: fields | {"key": "o/" + "a" * 1023}, ["key: length"]),
        (lambda fields: fields | {"acl": "public-read-write"}, ["unmet: acl"]),
        (lambda fields: fields | {"Content-Type": "text/html"}, ["unmet: content-type"]),
        (lambda fields: fields | {"x-amz-meta-app": "other-develop"}, ["unmet: x-amz-meta-app"]),
        (lambda fields: fields | {CHECKSUM_FIELD: "A" * 43 + "="}, [f"unmet: {CHECKSUM_FIELD}"]),
        (lambda fields: fields | {"x-amz-storage-class": "X"}, ["unmet: x-amz-storage-class"]),
        (lambda fields: fields | {"x-amz-meta-more": "x"}, ["unnamed: x-amz-meta-more"]),
        (lambda fields: fields | {"utf8": "✓"}, ["unnamed: utf8"]),
        (lambda fields: fields | {"x-amz-tagging": "<Tagging/>"}, ["unnamed: x-amz-tagging"]),
        (lambda fields: fields | {"success_action_redirect": "https://evil.example"},
         ["unnamed: success_action_redirect"]),
        (lambda fields: fields | {"x-ignore-me": "x"}, []),
        (lambda fields: fields | {"bucket": BUCKET}, []),
        (lambda fields: fields | {"bucket": "other"}, ["bucket: another"]),
        (lambda fields: {name.upper(): value for name, value in fields.items()}, []),
        (lambda fields: [*fields.items(), ("KEY", "o/x")], ["double: key"]),
        (lambda fields: fields | {"file": "x"}, ["not last: file"]),
        (lambda fields: fields | {"x-ignore-me": "x" * 20_000}, ["form: too large"]),
        (lambda fields: without(fields, "acl"), ["unmet: acl"]),
        (lambda fields: without(fields, "Cache-Control"), ["unmet: cache-control"]),
        (lambda fields: without(fields, "x-amz-storage-class"), ["unmet: x-amz-storage-class"]),
        (lambda fields: without(fields, CHECKSUM_FIELD), [f"unmet: {CHECKSUM_FIELD}"]),
        (lambda fields: without(fields, "key"), ["missing: key"]),
        (lambda fields: without(fields, "policy"), ["missing: policy"]),
        (lambda fields: without(fields, "x-amz-signature"), ["missing: x-amz-signature"]),
        (lambda fields: fields | {"x-amz-signature": "0" * 64}, ["signature: wrong"]),
        (lambda fields: fields | {"policy": fields["policy"][:-1]}, ["policy: malformed"]),
        (lambda fields: fields | {"policy": repoliced(fields, "12345, 12345", "0, 99999")},
         ["signature: wrong"]),
    ],
)  # fmt: skip
def test_aws_refuses_every_other_form(
    change: Callable[[dict[str, str]], Any], expected: list[str]
) -> None:
    """What a client changes, leaves out or adds breaks the policy, and the checker sees it."""
    request = UploadRequest("a.png", "image/png", 12345, CHECKSUM)
    fields = sign(request, storage_class="STANDARD_IA").fields
    assert refused(fields) == []
    assert refused(change(fields)) == expected


def without(fields: dict[str, str], name: str) -> dict[str, str]:
    """The fields but for one."""
    return {other: value for other, value in fields.items() if other != name}


def repoliced(fields: dict[str, str], old: str, new: str) -> str:
    """A policy with another text in it."""
    policy = base64.b64decode(fields["policy"]).decode()
    assert policy.count(old) == 1
    return base64.b64encode(policy.replace(old, new).encode()).decode()


@pytest.mark.parametrize(
    "changes",
    [
        {"secret": "other"},
        {"bucket": "other"},
        {"region": "us-east-1"},
        {"now": NOW + timedelta(seconds=900)},
        {"now": NOW - timedelta(minutes=16)},
    ],
    ids=str,
)
def test_a_form_counts_for_one_place_and_time(changes: dict[str, Any]) -> None:
    """Another key, bucket or region, and after its end or long before its beginning: refused."""
    assert refused(sign().fields, **changes) != []


@pytest.mark.parametrize("seconds", [60, 900, 604_800])
def test_a_signature_ends_with_the_apps_seconds(seconds: int) -> None:
    """Policy, URL and answer name the same moment."""
    ends = NOW + timedelta(seconds=seconds)
    form = sign(policy_seconds=seconds)
    assert form.expires_at == policy_of(form)["expiration"] == f"{ends:%Y-%m-%dT%H:%M:%SZ}"
    assert refused(form.fields, now=ends - timedelta(seconds=1)) == []
    assert refused(form.fields, now=ends) == ["policy: expired"]
    put = sign(method="PUT", policy_seconds=seconds)
    assert put.expires_at == form.expires_at
    assert parse_qs(urlsplit(put.url).query)["X-Amz-Expires"] == [str(seconds)]


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_a_signature_ends_when_the_answer_says(
    monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    """Also if a second passes within it: the clock is read once."""
    ticking = itertools.count(int(NOW.timestamp()))
    monkeypatch.setattr("thumbor_renuo.uploads.sigv4.time.time", lambda: next(ticking))
    signed = sign(method=method)
    if method == "POST":
        assert policy_of(signed)["expiration"] == signed.expires_at
    else:
        begins = parse_qs(urlsplit(signed.url).query)["X-Amz-Date"][0]
        ends = datetime.strptime(begins, "%Y%m%dT%H%M%S%z") + timedelta(seconds=900)
        assert f"{ends:%Y-%m-%dT%H:%M:%SZ}" == signed.expires_at


@pytest.mark.parametrize(("dialect", "expected"), [("aws", []), ("seaweedfs", ["unnamed: utf8"])])
@pytest.mark.parametrize("acl", ACLS)
def test_aws_takes_the_form_of_the_old_clients(acl: str, dialect: str, expected: list[str]) -> None:
    """Whatever the file is called; SeaweedFS' dialect lacks one condition, and only that."""
    options = make_settings(S3_POLICY_DIALECT=dialect, UPLOAD_ACL=acl)
    data = PolicySigner(options).sign(tenant())["data"]
    posted = {name.replace("_", "-"): str(value) for name, value in data.items()}
    for filename in ("x.jpg", ".png", "日本.png", "C:\\photos\\x.jpg", "../../x.jpg"):
        assert refused(posted, filename=filename) == expected
    assert stored_key(posted, "a/b\\c.png").endswith("/c.png")


# -- URLs -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("checksum", ["", CHECKSUM], ids=["plain", "checksum"])
@pytest.mark.parametrize("storage_class", ["", "STANDARD_IA"])
@pytest.mark.parametrize("publish", ["at once", "verified"])
@pytest.mark.parametrize("endpoint", ["", "http://localhost:8333", "https://S3.example.com:443"])
def test_a_put_is_signed_with_all_its_headers(
    endpoint: str, publish: str, storage_class: str, checksum: str
) -> None:
    """Botocore signs a request with exactly the answered headers and the length alike."""
    request = UploadRequest("a b.png", "image/png", 12345, checksum)
    signed = sign(
        request,
        "PUT",
        changes={"S3_ENDPOINT": endpoint},
        publish=publish,
        storage_class=storage_class,
    )
    expected = {
        "x-amz-acl": "bucket-owner-full-control",
        "content-type": "image/png",
        "cache-control": "public, max-age=31536000, immutable",
        "x-amz-meta-app": APP,
        "if-none-match": "*",
        **({"x-amz-storage-class": storage_class} if storage_class else {}),
        **({CHECKSUM_FIELD: checksum} if checksum else {}),
    }
    assert signed.headers == expected
    assert signed.fields == {}
    base, _, query = signed.url.partition("?")
    parameters = parse_qs(query)
    assert unquote(base).endswith(f"/{signed.key}")
    names = {*expected, "content-length", "host"}
    assert parameters["X-Amz-SignedHeaders"] == [";".join(sorted(names))]
    again = AWSRequest("PUT", base, headers={**expected, "content-length": "12345"})
    again.context["timestamp"] = parameters["X-Amz-Date"][0]
    verifier = S3SigV4QueryAuth(
        Credentials("AKIDEXAMPLE", ENVIRONMENT["S3_SECRET_KEY"]), "s3", "eu-central-1", expires=900
    )
    verifier._modify_request_before_signing(again)
    text = verifier.string_to_sign(again, verifier.canonical_request(again))
    assert parameters["X-Amz-Signature"] == [verifier.signature(text, again)]


def test_a_put_needs_its_length() -> None:
    """Without a size there would be no bound."""
    with pytest.raises(BadRequest, match=r"^the parameter size is missing: a PUT"):
        sign(UploadRequest("a.png", "image/png"), "PUT")


@pytest.mark.parametrize("method", ["", "post", "GET", "DELETE", "PATCH", "x" * 10_000])
def test_other_methods_are_refused(method: str) -> None:
    """In a message of bounded length that names the two."""
    with pytest.raises(BadRequest, match=r" is none of POST, PUT$") as caught:
        sign(method=method)
    assert caught.value.message.startswith("method '")
    assert len(caught.value.message) < 60


# -- keys -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["POST", "PUT"])
@pytest.mark.parametrize(("publish", "root"), [("at once", "o"), ("verified", "q")])
def test_a_key_has_the_apps_folder_and_a_safe_name(method: str, publish: str, root: str) -> None:
    """Below the month's group of the API key that asks; what is verified first waits."""
    signed = signer().sign(tenant(publish=publish), "another key", REQUEST, method)
    assert (signed.key.root, signed.key.app, signed.key.name) == (root, APP, "Ümläut-ß.png")
    assert re.fullmatch(r"[0-9a-z]{4}/(?:[0-9a-f]{4}/){8}", signed.key.prefix)
    assert signed.key.prefix[:4] == first_group("secret", "another key", NOW.date())
    assert signed.key.prefix[:4] != first_group("secret", API_KEY, NOW.date())


def test_no_two_uploads_share_a_key() -> None:
    """The same name, again and again."""
    assert len({str(SIGNER.sign(tenant(), API_KEY, REQUEST).key) for _ in range(200)}) == 200


# -- rules ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_what_the_app_does_not_allow_is_refused(method: str) -> None:
    """The type before the size; nothing is signed beyond a bound."""
    rules: dict[str, Any] = {"content_types": ("image/*",), "min_bytes": 10, "max_bytes": 20}
    for size in (10, 20):
        assert sign(UploadRequest("a.png", "image/png", size), method, **rules)
    with pytest.raises(TooLarge) as large:
        sign(UploadRequest("a.png", "image/png", 21), method, **rules)
    assert large.value.limit == 20
    with pytest.raises(BadRequest) as small:
        sign(UploadRequest("a.png", "image/png", 9), method, **rules)
    assert small.value.limit == 10
    with pytest.raises(UnsupportedType) as other:
        sign(UploadRequest("a.png", "text/html", 21), method, **rules)
    assert other.value.limit == "image/*"


@pytest.mark.parametrize(
    ("rules", "options", "limit"),
    [
        ({}, {}, MAX_POST_BYTES),
        ({}, {"UPLOAD_MAX_BYTES": "1000"}, 1000),
        ({"max_bytes": 2000}, {"UPLOAD_MAX_BYTES": "1000"}, 2000),
        ({"max_bytes": MAX_POST_BYTES * 2}, {}, MAX_POST_BYTES),
    ],
)
def test_the_largest_file(rules: dict[str, Any], options: dict[str, str], limit: int) -> None:
    """The app's limit before the deployment's, and never more than S3 takes at once."""
    assert sign(UploadRequest("a", "a/b", limit), changes=options, **rules)
    with pytest.raises(TooLarge) as caught:
        sign(UploadRequest("a", "a/b", limit + 1), changes=options, **rules)
    assert caught.value.limit == limit


# -- tokens and answers ---------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_the_token_says_what_was_declared(method: str) -> None:
    """For this key, until COMPLETION_SECONDS after the signature."""
    request = UploadRequest("a.png", "image/png", 12345, CHECKSUM)
    signed = sign(request, method, changes={"COMPLETION_SECONDS": "60"}, policy_seconds=900)
    declared, ends = CompletionTokens(make_settings()).read(signed.token, str(signed.key))
    assert declared == Declared(str(signed.key), "image/png", 12345, CHECKSUM)
    assert ends == NOW.timestamp() + 900 + 60


@pytest.mark.parametrize("publish", ["at once", "verified"])
def test_the_answer_of_a_form(publish: str) -> None:
    """The old shape, and beside it what new clients want to know; all of it is JSON."""
    signed = sign(publish=publish)
    answer = as_answer(signed, CDN_HOST)
    assert json.loads(json.dumps(answer)) == answer
    prefix, root = signed.key.prefix, "q" if publish == "verified" else "o"
    encoded = f"o/{APP}/{prefix}%C3%9Cml%C3%A4ut-%C3%9F.png"
    assert answer == {
        "url": "https://bucket.s3.eu-central-1.amazonaws.com/",
        "data": {name.replace("-", "_"): value for name, value in signed.fields.items()},
        "file_prefix": prefix,
        "file_url_path": f"//{CDN_HOST}/o/{APP}/{prefix}",
        "method": "POST",
        "fields": signed.fields,
        "headers": {},
        "key": f"{root}/{APP}/{prefix}Ümläut-ß.png",
        "public_url": f"//{CDN_HOST}/{encoded}",
        "thumbnail_url_template": f"//{CDN_HOST}/t/{{options}}/u/{encoded}",
        "expires_at": "2026-11-22T12:15:00Z",
        "token": signed.token,
    }
    assert list(answer)[:4] == ["url", "data", "file_prefix", "file_url_path"]


def test_aws_takes_what_old_clients_make_of_the_answer() -> None:
    """They turn `_` into `-` again and post every field."""
    answer = as_answer(sign(), CDN_HOST)
    posted = {name.replace("_", "-"): value for name, value in answer["data"].items()}
    assert refused(posted) == []
    assert len(posted) == len(answer["fields"])


def test_the_answer_of_a_put() -> None:
    """Headers to be sent as they are; there is no form."""
    signed = sign(method="PUT")
    answer = as_answer(signed, CDN_HOST)
    assert (answer["method"], answer["data"], answer["fields"]) == ("PUT", {}, {})
    assert answer["headers"] == signed.headers
    assert answer["url"] == signed.url


def test_the_public_address_is_the_readers() -> None:
    """What is published after its check is found where the answer says."""
    answer = as_answer(sign(publish="verified"), CDN_HOST)
    public = ObjectKey.from_image(answer["public_url"].removeprefix(f"//{CDN_HOST}/"))
    assert str(public) == "o" + answer["key"][1:]
    with_prefix = answer["file_url_path"].removeprefix(f"//{CDN_HOST}/")
    assert str(public).startswith(with_prefix)
