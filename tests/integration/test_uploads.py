"""Signed, sent, checked, managed: uploads against a real S3 server, and every bound broken."""

import base64
import hashlib
import json
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from tests.integration.conftest import (
    PATIENCE,
    Service,
    environment_for,
    eventually,
    noise,
    post_form,
    s3_client,
    serve,
)
from thumbor_renuo.local_s3 import LocalS3

pytestmark = pytest.mark.integration

PHOTO = noise(160, 120)
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><path d="M0 0h9v9z"/></svg>'
SCRIPTED = SVG.replace(b"<path", b"<script>alert(1)</script><path")
HTML = b"<!doctype html><html><script>alert(document.domain)</script></html>"
ZIP = base64.b64decode("UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA==")
PAGE = "https://shop.example"
APPS = f"""
[[apps]]
name = "open"
env = "live"
api_key = "key-of-open"
private_key = "private-of-open"

[[apps]]
name = "shop"
env = "live"
api_key = "key-of-shop"
private_key = "private-of-shop"
origins = ["{PAGE}"]
content_types = ["image/*", "text/csv"]
min_bytes = 10
max_bytes = 7000000
storage_class = "STANDARD"
daily_uploads = 1000000

[[apps]]
name = "bank"
env = "live"
api_key = "key-of-bank"
private_key = "private-of-bank"
content_types = ["image/*", "application/pdf"]
publish = "verified"

[[apps]]
name = "foo"
env = "2"
api_key = "key-of-foo-2"
private_key = "private-of-foo-2"

[[apps]]
name = "foo"
env = "2-3"
api_key = "key-of-foo-2-3"
private_key = "private-of-foo-2-3"
"""
OPEN, SHOP, BANK = "open", "shop", "bank"


@pytest.fixture(scope="module")
def service(local_s3: LocalS3, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """One process without limits on requests, in front of the S3 server."""
    folder = tmp_path_factory.mktemp("uploads")
    (folder / "apps.toml").write_text(APPS)
    changes = {"API_KEYS": "", "APPS_FILE": str(folder / "apps.toml")}
    off = {"RATE_LIMIT_ADDRESS": "off", "RATE_LIMIT_KEY": "off", "RATE_LIMIT_WRONG_KEYS": "off"}
    with serve(folder, environment_for(local_s3, **changes, **off)) as running:
        yield running


@pytest.fixture
def stored(local_s3: LocalS3) -> Callable[[str], dict[str, bytes]]:
    """What lies in the bucket below a prefix."""
    client = s3_client(local_s3)

    def objects(prefix: str) -> dict[str, bytes]:
        found = client.list_objects_v2(Bucket=local_s3.bucket, Prefix=prefix).get("Contents", [])
        return {
            entry["Key"]: client.get_object(Bucket=local_s3.bucket, Key=entry["Key"])["Body"].read()
            for entry in found
        }

    return objects


def sum_of(content: bytes) -> str:
    """The SHA-256 as S3 writes it."""
    return base64.b64encode(hashlib.sha256(content).digest()).decode()


def sign(service: Service, app: str, content: bytes, **more: Any) -> requests.Response:
    """Ask for a new-style signature."""
    asked = {
        "api_key": f"key-of-{app}",
        "filename": "a.jpg",
        "content_type": "image/jpeg",
        "size": len(content),
        **more,
    }
    return requests.post(f"{service.url}/generate_policy", json=asked, timeout=PATIENCE)


def send(signed: dict[str, Any], content: bytes, **changed: str) -> requests.Response:
    """Send the file as the answer says, with some fields changed."""
    if signed["method"] == "PUT":
        headers = {**signed["headers"], **changed}
        return requests.put(signed["url"], data=content, headers=headers, timeout=PATIENCE)
    fields = {**signed["fields"], **changed}
    return requests.post(
        signed["url"], data=fields, files={"file": ("a", content)}, timeout=PATIENCE
    )


def complete(service: Service, app: str, signed: dict[str, Any], **more: Any) -> requests.Response:
    """Complete an upload as its page does."""
    asked = {
        "api_key": f"key-of-{app}",
        "key": signed["key"],
        "token": signed["token"],
        **more,
    }
    return requests.post(f"{service.url}/uploads/complete", json=asked, timeout=PATIENCE)


def uploaded(service: Service, app: str, content: bytes, **more: Any) -> dict[str, Any]:
    """Sign and send a file; the signature's answer."""
    signed = sign(service, app, content, **more).json()
    assert send(signed, content).status_code in {200, 204}
    return signed


# -- what is good ---------------------------------------------------------------------------------


@pytest.mark.parametrize("app", [OPEN, SHOP, BANK])
@pytest.mark.parametrize("method", ["POST", "PUT"])
@pytest.mark.parametrize(
    "name", ["hat.jpg", "Ümläut ß.png", "日本.png", "../../etc/passwd", ".png"]
)
def test_an_upload_arrives_and_is_described(
    service: Service, stored: Any, app: str, method: str, name: str
) -> None:
    """Signed, sent, completed: the bytes lie under the key that the answer names."""
    signed = sign(
        service, app, PHOTO, filename=name, method=method, checksum_sha256=sum_of(PHOTO)
    ).json()
    assert send(signed, PHOTO).status_code == (204 if method == "POST" else 200)
    answer = complete(service, app, signed)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert found["key"].startswith(f"o/{app}-live/{signed['file_prefix']}")
    assert stored(f"o/{app}-live/{signed['file_prefix']}") == {found["key"]: PHOTO}
    assert stored(f"q/{app}-live/{signed['file_prefix']}") == {}
    assert found["size"] == len(PHOTO)
    assert found["content_type"] == "image/jpeg"
    assert (found["image"]["width"], found["image"]["height"]) == (160, 120)
    assert (
        requests.get(
            service.url + found["public_url"].removeprefix("//cdn.example.com"), timeout=PATIENCE
        ).content
        == PHOTO
    )


def test_letters_of_all_languages_stay_readable(service: Service) -> None:
    """The last component is the name that the user knows."""
    names = {"Ümläut ß.png": "Ümläut-ß.png", "日本.png": "日本.png"}
    for given, kept in names.items():
        key = sign(service, OPEN, PHOTO, filename=given).json()["key"]
        assert key.rpartition("/")[2] == kept


def test_what_is_signed_is_stored_beside_the_bytes(service: Service, local_s3: LocalS3) -> None:
    """Type, lifetime and mark are those of the signature, for a form, a PUT and several parts."""
    client = s3_client(local_s3)
    keys = [uploaded(service, OPEN, PHOTO, method=method)["key"] for method in ("POST", "PUT")]
    for key in [*keys, in_parts(service, OPEN, [PHOTO])]:
        found = client.head_object(Bucket=local_s3.bucket, Key=key)
        assert found["ContentType"] == "image/jpeg"
        assert found["CacheControl"] == "public, max-age=31536000, immutable"
        assert found["Metadata"] == {"app": "open-live"}


# -- bounds: refused by us before anything is signed ----------------------------------------------


@pytest.mark.parametrize(("changed", "status", "code", "limit"), [
    ({"size": 7_000_001}, 413, "too_large", 7_000_000),
    ({"size": 9}, 400, "bad_request", 10),
    ({"size": None}, 400, "bad_request", None),
    ({"size": "many"}, 400, "bad_request", None),
    ({"size": -1}, 400, "bad_request", None),
    ({"content_type": "text/html"}, 415, "unsupported_type", "image/*, text/csv"),
    ({"content_type": "image"}, 400, "bad_request", None),
    ({"filename": "x" * 1025}, 400, "bad_request", 1024),
    ({"checksum_sha256": "abc"}, 400, "bad_request", None),
    ({"method": "DELETE"}, 400, "bad_request", None),
])  # fmt: skip
def test_what_the_app_does_not_allow_is_not_signed(
    service: Service, changed: dict[str, Any], status: int, code: str, limit: Any
) -> None:
    """The error names the limit."""
    answer = sign(service, SHOP, PHOTO, **changed)
    assert answer.status_code == status, answer.text
    assert answer.json()["error"] == code
    assert answer.json().get("limit") == limit


def test_pages_of_other_origins_get_nothing(service: Service) -> None:
    """No signature and no CORS header; the app's own page gets both."""
    for origin, status in ((PAGE, 200), ("https://evil.example", 403), ("null", 403)):
        asked = {"api_key": "key-of-shop"}
        for path, method in (("/generate_policy", "POST"), ("/apps/key-of-shop", "GET")):
            answer = requests.request(
                method, service.url + path, params=asked, headers={"Origin": origin}, timeout=9
            )
            assert answer.status_code == status
            allowed = answer.headers.get("Access-Control-Allow-Origin")
            assert allowed == (origin if status == 200 else None)


# -- bounds: refused by S3 when the form is tampered with -----------------------------------------


@pytest.mark.parametrize(("changed", "content"), [
    ({}, PHOTO + b"x"),
    ({}, PHOTO[:-1]),
    ({}, PHOTO[:-1] + b"x"),
    ({"Content-Type": "text/html"}, PHOTO),
    ({"Cache-Control": "no-store"}, PHOTO),
    ({"x-amz-meta-app": "bank-live"}, PHOTO),
    ({"x-amz-checksum-sha256": sum_of(b"other")}, PHOTO),
    ({"x-amz-storage-class": "GLACIER"}, PHOTO),
    ({"acl": "public-read-write"}, PHOTO),
    ({"x-amz-signature": "0" * 64}, PHOTO),
    ({"x-amz-meta-more": "x"}, PHOTO),
])  # fmt: skip
def test_a_changed_form_is_refused(
    service: Service, stored: Any, changed: dict[str, str], content: bytes
) -> None:
    """Size, bytes, type, lifetime, mark, checksum, class: each has its condition."""
    signed = sign(service, SHOP, PHOTO, checksum_sha256=sum_of(PHOTO)).json()
    assert send(signed, content, **changed).status_code in {400, 403}
    assert stored(signed["key"]) == {}


@pytest.mark.parametrize("change", [
    lambda key: key + ".html",
    lambda key: key.replace("shop-live", "bank-live"),
    lambda key: key.rpartition("/")[0] + "/other.jpg",
    lambda key: "r/" + key,
])  # fmt: skip
def test_another_key_is_refused(
    service: Service, stored: Any, change: Callable[[str], str]
) -> None:
    """One signature is for one key."""
    signed = sign(service, SHOP, PHOTO).json()
    key = change(signed["key"])
    assert send(signed, PHOTO, key=key).status_code == 403
    assert stored(key) == {}


def test_a_prolonged_policy_is_refused(service: Service) -> None:
    """Another expiry is another policy, and the signature is not its own."""
    signed = sign(service, SHOP, PHOTO).json()
    policy = json.loads(base64.b64decode(signed["fields"]["policy"]))
    policy["expiration"] = "2099-01-01T00:00:00Z"
    changed = base64.b64encode(json.dumps(policy).encode()).decode()
    assert send(signed, PHOTO, policy=changed).status_code == 403


@pytest.mark.parametrize(("changed", "content", "status"), [
    ({"content-type": "text/html"}, PHOTO, 403),
    ({"x-amz-meta-app": "bank-live"}, PHOTO, 403),
    ({"x-amz-checksum-sha256": sum_of(b"other")}, PHOTO, 403),
    ({}, PHOTO + b"x", 403),
    ({}, PHOTO[:-1] + b"x", 400),
])  # fmt: skip
def test_a_changed_put_is_refused(
    service: Service, stored: Any, changed: dict[str, str], content: bytes, status: int
) -> None:
    """Headers and length are signed, the bytes by their checksum."""
    signed = sign(service, SHOP, PHOTO, method="PUT", checksum_sha256=sum_of(PHOTO)).json()
    assert send(signed, content, **changed).status_code == status
    assert stored(signed["key"]) == {}


def test_a_second_put_overwrites_nothing(service: Service, stored: Any) -> None:
    """S3 answers 412."""
    signed = uploaded(service, OPEN, PHOTO, method="PUT")
    assert send(signed, PHOTO).status_code == 412
    assert stored(signed["key"]) == {signed["key"]: PHOTO}


# -- what arrived ---------------------------------------------------------------------------------


@pytest.mark.parametrize("app", [OPEN, BANK])
@pytest.mark.parametrize(("content", "declared", "code"), [
    (HTML, "image/png", "content_mismatch"),
    (PHOTO[: len(PHOTO) // 2], "image/jpeg", "content_broken"),
    (ZIP, "image/jpeg", "content_mismatch"),
    (SCRIPTED, "image/svg+xml", "content_active"),
    (b"\x89PNG\r\n\x1a\n" + b"x" * 100, "image/png", "content_broken"),
    (noise(20, 20, "PNG"), "image/jpeg", "content_mismatch"),
])  # fmt: skip
def test_bad_content_is_deleted_and_reported(
    service: Service, stored: Any, app: str, content: bytes, declared: str, code: str
) -> None:
    """HTML as a PNG, half a JPEG, a ZIP as a JPEG, an SVG with a script: gone, and said why."""
    signed = uploaded(service, app, content, content_type=declared, filename="a")
    assert stored(signed["key"]) == {signed["key"]: content}
    for _ in range(2):
        answer = complete(service, app, signed)
        assert (answer.status_code, answer.json()["error"]) == (422, code), answer.text
        assert stored(signed["key"]) == {}
        assert stored(f"o/{app}-live/{signed['file_prefix']}") == {}


def test_a_harmless_svg_is_published(service: Service) -> None:
    """Nothing in it runs or fetches."""
    signed = uploaded(service, BANK, SVG, content_type="image/svg+xml", filename="a.svg")
    answer = complete(service, BANK, signed)
    assert answer.json()["content_type"] == "image/svg+xml", answer.text


def test_nothing_is_complete_before_it_is_there(service: Service) -> None:
    """404 at first; the token is still good afterwards."""
    signed = sign(service, BANK, PHOTO).json()
    assert complete(service, BANK, signed).status_code == 404
    assert send(signed, PHOTO).status_code == 204
    assert complete(service, BANK, signed).status_code == 200


def test_nobody_reads_what_waits_for_its_check(service: Service) -> None:
    """Before the check the public address has nothing, and `q/` is no public path."""
    signed = uploaded(service, BANK, PHOTO)
    public = signed["public_url"].removeprefix("//cdn.example.com")
    assert signed["key"].startswith("q/")
    for path in (public, "/" + signed["key"], "/o/../" + signed["key"], "/t/u/" + signed["key"]):
        assert service.get(path).status_code in {400, 404}
    assert complete(service, BANK, signed).status_code == 200
    assert service.get(public).content == PHOTO


def test_what_is_published_cannot_be_swapped(service: Service, stored: Any) -> None:
    """The form stays valid for `q/` only; completing again publishes nothing new."""
    signed = uploaded(service, BANK, PHOTO)
    first = complete(service, BANK, signed).json()
    other = noise(160, 120)[: len(PHOTO)].ljust(len(PHOTO), b"\0")
    assert send(signed, other).status_code == 204
    assert send(signed, other, key=first["key"]).status_code == 403
    assert complete(service, BANK, signed).json() == first
    assert stored(first["key"]) == {first["key"]: PHOTO}


def test_old_clients_cannot_pass_by_the_check(service: Service) -> None:
    """A form for a whole folder of `o/` is not signed for an app that publishes verified."""
    answer = requests.post(
        f"{service.url}/generate_policy", data={"api_key": "key-of-bank"}, timeout=PATIENCE
    )
    assert (answer.status_code, answer.json()["error"]) == (403, "forbidden")


def test_the_apps_server_completes_with_its_private_key(service: Service) -> None:
    """What pages without tokens upload: old clients and Uppy."""
    signed = uploaded(service, BANK, PHOTO)
    asked = {"key": signed["key"]}
    url = f"{service.url}/uploads/complete"
    headers = {"Authorization": "Bearer private-of-open"}
    assert requests.post(url, json=asked, headers=headers, timeout=9).status_code == 403
    headers = {"Authorization": "Bearer private-of-bank"}
    assert requests.post(url, json=asked, headers=headers, timeout=9).status_code == 200


@pytest.mark.parametrize("name", ["mlut-.png", ".png", "a--b.jpg", "photo_1.jpg"])
def test_the_apps_server_completes_what_old_clients_have_named(service: Service, name: str) -> None:
    """Their names are not ours, and the private key vouches for them."""
    asked = {"api_key": "key-of-open"}
    policy = requests.post(f"{service.url}/generate_policy", data=asked, timeout=PATIENCE).json()
    picture = noise(20, 20, "PNG") if name.endswith(".png") else PHOTO
    assert post_form(policy, name, picture) == 204
    key = policy["data"]["key"].replace("${filename}", name)
    url = f"{service.url}/uploads/complete"
    answer = requests.post(url, json={"key": key}, headers=bearer(OPEN), timeout=PATIENCE)
    assert answer.status_code == 200, answer.text
    assert answer.json()["size"] == len(picture)


# -- several parts --------------------------------------------------------------------------------


def begin(service: Service, app: str, name: str = "a.jpg") -> dict[str, Any]:
    """Begin a multipart upload as Uppy does."""
    url = f"{service.url}/uppy/key-of-{app}/s3/multipart"
    asked = {"filename": name, "type": "image/jpeg", "metadata": {"name": name}}
    begun: dict[str, Any] = requests.post(url, json=asked, timeout=PATIENCE).json()
    return {**begun, "url": f"{url}/{begun['uploadId']}", "params": {"key": begun["key"]}}


def put_part(upload: dict[str, Any], number: int, content: bytes) -> dict[str, Any]:
    """Send one part."""
    answer = requests.get(f"{upload['url']}/{number}", params=upload["params"], timeout=PATIENCE)
    sent = requests.put(answer.json()["url"], data=content, timeout=PATIENCE)
    return {"PartNumber": number, "ETag": sent.headers["ETag"]}


def finish(upload: dict[str, Any], parts: list[dict[str, Any]]) -> requests.Response:
    """Complete an upload of several parts."""
    url = f"{upload['url']}/complete"
    return requests.post(url, params=upload["params"], json={"parts": parts}, timeout=PATIENCE)


def in_parts(service: Service, app: str, contents: list[bytes]) -> str:
    """Upload in parts; the key."""
    upload = begin(service, app)
    parts = [put_part(upload, number, part) for number, part in enumerate(contents, start=1)]
    answer = finish(upload, parts)
    assert answer.status_code == 200, answer.text
    key: str = answer.json()["key"]
    return key


def unfinished(local_s3: LocalS3, key: str) -> list[Any]:
    """The multipart uploads of a key that S3 still has."""
    answer = s3_client(local_s3).list_multipart_uploads(Bucket=local_s3.bucket, Prefix=key)
    return [entry for entry in answer.get("Uploads", []) if entry["Key"] == key]


@pytest.mark.parametrize("app", [OPEN, BANK])
def test_parts_are_joined(service: Service, stored: Any, app: str) -> None:
    """The object has the bytes of all parts, and asked again the answer is the same."""
    upload = begin(service, app)
    content = PHOTO + b"\0" * 5_300_000
    parts = [put_part(upload, 1, content), put_part(upload, 2, b"end")]
    listed = requests.get(upload["url"], params=upload["params"], timeout=PATIENCE).json()
    assert [(part["PartNumber"], part["Size"]) for part in listed] == [(1, len(content)), (2, 3)]
    for _ in range(2):
        answer = finish(upload, parts)
        assert answer.status_code == 200, answer.text
        key = answer.json()["key"]
        assert answer.json()["location"] == f"https://cdn.example.com/{key}"
        assert stored(key) == {key: content + b"end"}


def test_too_many_bytes_are_aborted(service: Service, local_s3: LocalS3, stored: Any) -> None:
    """The sum of the parts is held against the app's limit before they are joined."""
    upload = begin(service, SHOP)
    parts = [put_part(upload, 1, b"x" * 5_300_000), put_part(upload, 2, b"x" * 1_700_001)]
    answer = finish(upload, parts)
    assert (answer.status_code, answer.json()["limit"]) == (413, 7_000_000)
    assert stored(upload["key"]) == {}
    assert unfinished(local_s3, upload["key"]) == []


def test_a_page_completes_what_it_sent_in_parts(service: Service) -> None:
    """The beginning answers a token, too; and parts that no such file has are not signed."""
    upload = begin(service, SHOP)
    assert finish(upload, [put_part(upload, 1, PHOTO)]).status_code == 200
    answer = complete(service, SHOP, upload)
    assert (answer.status_code, answer.json()["image"]["width"]) == (200, 160), answer.text
    upload = begin(service, SHOP)
    refused = requests.get(f"{upload['url']}/3", params=upload["params"], timeout=PATIENCE)
    assert (refused.status_code, refused.json()["limit"]) == (400, 2)
    requests.delete(upload["url"], params=upload["params"], timeout=PATIENCE)


def test_an_aborted_upload_leaves_nothing(service: Service, local_s3: LocalS3) -> None:
    """Neither parts nor an object; aborting again changes nothing."""
    upload = begin(service, OPEN)
    put_part(upload, 1, b"x")
    assert unfinished(local_s3, upload["key"])
    for _ in range(2):
        answer = requests.delete(upload["url"], params=upload["params"], timeout=PATIENCE)
        assert (answer.status_code, answer.json()) == (200, {})
    assert unfinished(local_s3, upload["key"]) == []


@pytest.mark.parametrize("parts", [
    [{"PartNumber": 2, "ETag": '"0"'}], [{"PartNumber": 0, "ETag": '"0"'}],
    [{"PartNumber": 10_001, "ETag": '"0"'}], [], "x", None, [{"PartNumber": 1}], [1],
    [{"PartNumber": 1, "ETag": "<x>"}], [{"PartNumber": True, "ETag": '"0"'}],
    [{"PartNumber": 1, "ETag": '"0"'}, {"PartNumber": 1, "ETag": '"0"'}],
])  # fmt: skip
def test_wrong_parts_are_named(service: Service, parts: Any) -> None:
    """400 in words, and the upload can still be completed."""
    upload = begin(service, OPEN)
    good = put_part(upload, 1, b"x")
    answer = finish(upload, parts)
    assert (answer.status_code, answer.json()["error"]) == (400, "bad_request")
    assert "part" in answer.json()["message"]
    assert finish(upload, [good]).status_code == 200


# -- strangers and other apps ---------------------------------------------------------------------


def stranger_calls(
    service: Service, app: str, signed: dict[str, Any], upload: dict[str, Any]
) -> dict[str, Callable[[], requests.Response]]:
    """Every call of an app's public or private key, aimed at another app's things."""
    own = f"{service.url}/uppy/key-of-{app}/s3/multipart"
    parts = f"{own}/{upload['uploadId']}"
    bearer = {"Authorization": f"Bearer private-of-{app}"}
    path = signed["key"].split("/", 2)[2]
    keys = {"api_key": f"key-of-{app}", "private_api_key": f"private-of-{app}"}
    up = f"../{signed['key'].split('/')[1]}/{path}"
    done = [{"PartNumber": 1, "ETag": '"0"'}]
    ask: Callable[..., requests.Response] = requests.request
    more: dict[str, Any] = {"timeout": PATIENCE}
    return {
        "complete": lambda: complete(service, app, signed),
        "complete, private": lambda: ask(
            "POST", f"{service.url}/uploads/complete", json={"key": signed["key"]},
            headers=bearer, **more),
        "list parts": lambda: ask("GET", parts, params=upload["params"], **more),
        "sign a part": lambda: ask("GET", f"{parts}/1", params=upload["params"], **more),
        "sign parts": lambda: ask(
            "GET", f"{parts}/batch", params={**upload["params"], "partNumbers": "1"}, **more),
        "complete parts": lambda: ask(
            "POST", f"{parts}/complete", params=upload["params"], json={"parts": done}, **more),
        "abort": lambda: ask("DELETE", parts, params=upload["params"], **more),
        "look": lambda: ask(
            "GET", f"{service.url}/files/{signed['key']}?expires_in=60", headers=bearer, **more),
        "delete": lambda: ask(
            "DELETE", f"{service.url}/delete_file", params={**keys, "file_path": up}, **more),
        "delete many": lambda: ask(
            "POST", f"{service.url}/delete_files", json={"file_paths": [up]}, headers=bearer,
            **more),
        "delete below": lambda: ask(
            "POST", f"{service.url}/delete_files", json={"prefix": f"{up}/"}, headers=bearer,
            **more),
        "list below": lambda: ask(
            "GET", f"{service.url}/list_files", params={**keys, "prefix": up}, **more),
    }  # fmt: skip


CALLS = [
    "complete", "complete, private", "list parts", "sign a part", "sign parts", "complete parts",
    "abort", "look", "delete", "delete many", "delete below", "list below",
]  # fmt: skip


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("owner", [OPEN, BANK])
@pytest.mark.parametrize("is_complete", [False, True])
def test_no_app_touches_what_is_anothers(
    service: Service, local_s3: LocalS3, stored: Any, call: str, owner: str, is_complete: bool
) -> None:
    """Each call is refused, and everything of the owner is as it was."""
    signed, upload = uploaded(service, owner, PHOTO), begin(service, owner)
    put_part(upload, 1, b"part")
    if is_complete:
        complete(service, owner, signed)
    before = stored(f"o/{owner}-live/"), stored(f"q/{owner}-live/")
    calls = stranger_calls(service, SHOP, signed, upload)
    assert sorted(calls) == sorted(CALLS)
    answer = calls[call]()
    assert answer.status_code in {400, 403, 404}, answer.text
    assert (stored(f"o/{owner}-live/"), stored(f"q/{owner}-live/")) == before
    assert len(unfinished(local_s3, upload["key"])) == 1


@pytest.mark.parametrize("app", [OPEN, BANK])
@pytest.mark.parametrize("is_complete", [False, True])
def test_the_public_key_alone_moves_nothing(
    service: Service, local_s3: LocalS3, stored: Any, app: str, is_complete: bool
) -> None:
    """A stranger who reads the page's key and knows an object's key can do nothing to it."""
    signed, upload = uploaded(service, app, PHOTO), begin(service, app)
    put_part(upload, 1, b"part")
    if is_complete:
        complete(service, app, signed)
    before = stored(f"o/{app}-live/"), stored(f"q/{app}-live/")
    mine, key = sign(service, app, PHOTO).json(), f"key-of-{app}"
    published = "o" + signed["key"][1:]
    base = f"{service.url}/uppy/{key}/s3/multipart"
    own_upload = begin(service, app)
    attempts = [
        complete(service, app, signed, token=token, key=target)
        for token in ("", mine["token"], mine["token"][:-2] + "aa", own_upload["uploadId"], "x")
        for target in (signed["key"], published)
    ]
    for path in ("/list_files", "/delete_file", "/delete_files", f"/files/{published}"):
        for private in ("", key, "x"):
            method = {"/delete_file": "DELETE", "/delete_files": "POST"}.get(path, "GET")
            asked = {"api_key": key, "private_api_key": private, "file_path": signed["file_prefix"]}
            attempts.append(
                requests.request(method, service.url + path, params=asked, timeout=PATIENCE)
            )
    for upload_id in ("x", mine["token"], own_upload["uploadId"], upload["uploadId"]):
        for target in (signed["key"], published):
            for method, rest in (("GET", "/1"), ("DELETE", ""), ("GET", ""), ("POST", "/complete")):
                attempts.append(
                    requests.request(
                        method,
                        f"{base}/{upload_id}{rest}",
                        params={"key": target},
                        json={"parts": [{"PartNumber": 1, "ETag": '"0"'}]},
                        timeout=PATIENCE,
                    )
                )
    assert [a.status_code for a in attempts if a.status_code not in {400, 403, 404}] == []
    assert send(mine, PHOTO, key=signed["key"]).status_code == 403
    assert send(mine, PHOTO, key=published).status_code == 403
    assert (stored(f"o/{app}-live/"), stored(f"q/{app}-live/")) == before
    assert len(unfinished(local_s3, upload["key"])) == 1


# -- the app's own server -------------------------------------------------------------------------


def bearer(app: str) -> dict[str, str]:
    """The app's private key."""
    return {"Authorization": f"Bearer private-of-{app}"}


def test_foo_does_not_see_foo_2(service: Service, local_s3: LocalS3) -> None:
    """A listing is that of the folder, not of all names that begin alike."""
    client, run = s3_client(local_s3), uuid.uuid4().hex
    for folder in ("foo-2", "foo-2-3"):
        client.put_object(Bucket=local_s3.bucket, Key=f"o/{folder}/{run}/a.b.txt", Body=b"12345")
    found = service.get("/list_files", headers=bearer("foo-2")).json()
    mine = [entry for entry in found if run in entry["url"]]
    assert [entry["url"] for entry in mine] == [f"o/foo-2/{run}/a.b.txt"]
    assert (mine[0]["name"], mine[0]["filetype"], mine[0]["size"]) == ("a.b", "txt", 5)
    assert sorted(mine[0]) == ["created_at", "filetype", "name", "size", "url"]


def test_pages_join_to_the_whole(service: Service, local_s3: LocalS3) -> None:
    """Page by page, every file comes once and in order."""
    client, run = s3_client(local_s3), uuid.uuid4().hex
    keys = [f"o/open-live/{run}/{number:02} ü.txt" for number in range(7)]
    for key in keys:
        client.put_object(Bucket=local_s3.bucket, Key=key, Body=b"x")
    params: dict[str, Any] = {"prefix": f"{run}/", "limit": 3}
    found, pages = [], 0
    while True:
        answer = service.get("/list_files", params=params, headers=bearer(OPEN))
        found += [entry["url"] for entry in answer.json()]
        pages += 1
        cursor = answer.headers.get("X-Next-Cursor")
        if cursor is None:
            break
        assert requests.utils.parse_header_links(answer.headers["Link"])[0]["rel"] == "next"
        params["cursor"] = cursor
    assert (found, pages) == (keys, 3)


def test_a_file_is_described_and_its_original_signed(service: Service) -> None:
    """What S3 knows, and an address that works for a while."""
    key = uploaded(service, OPEN, PHOTO)["key"]
    answer = service.get(f"/files/{key}", params={"expires_in": 60}, headers=bearer(OPEN)).json()
    assert (answer["size"], answer["content_type"]) == (len(PHOTO), "image/jpeg")
    assert requests.get(answer["signed_url"], timeout=PATIENCE).content == PHOTO
    spoilt = answer["signed_url"].replace("X-Amz-Expires=60", "X-Amz-Expires=600")
    assert requests.get(spoilt, timeout=PATIENCE).status_code == 403


def test_files_are_deleted_by_name_and_below_a_prefix(service: Service, stored: Any) -> None:
    """One, several, and all of a folder; what is not there counts as deleted."""
    signed = [uploaded(service, OPEN, PHOTO) for _ in range(4)]
    paths = [one["key"].split("/", 2)[2] for one in signed]
    params = {"api_key": "key-of-open", "private_api_key": "private-of-open"}
    for _ in range(2):
        answer = requests.delete(
            f"{service.url}/delete_file", params={**params, "file_path": paths[0]}, timeout=9
        )
        assert (answer.status_code, answer.content) == (204, b"")
    url = f"{service.url}/delete_files"
    asked: dict[str, Any] = {"file_paths": [paths[1], "no/such.txt"]}
    answer = requests.post(url, json=asked, headers=bearer(OPEN), timeout=PATIENCE)
    assert answer.json() == {"deleted": 2, "failed": [], "more": False}
    asked = {"prefix": signed[2]["file_prefix"]}
    answer = requests.post(url, json=asked, headers=bearer(OPEN), timeout=PATIENCE)
    assert answer.json() == {"deleted": 1, "failed": [], "more": False}
    left = [one["key"] for one in signed if stored(one["key"])]
    assert left == [signed[3]["key"]]


@pytest.mark.parametrize("asked", [
    {}, {"prefix": ""}, {"prefix": "abc"}, {"prefix": "/"}, {"prefix": "../"}, {"prefix": "a//"},
    {"prefix": "../bank-live/"}, {"file_paths": "x"}, {"file_paths": [1]}, {"file_paths": ["../x"]},
    {"file_paths": ["a"], "prefix": "a/"}, {"file_paths": ["a"] * 1001}, {"prefix": ["a/"]},
])  # fmt: skip
def test_what_is_no_deletion_deletes_nothing(
    service: Service, stored: Any, asked: dict[str, Any]
) -> None:
    """Slips and attempts are 400 and leave everything."""
    key = uploaded(service, OPEN, PHOTO)["key"]
    answer = requests.post(
        f"{service.url}/delete_files", json=asked, headers=bearer(OPEN), timeout=PATIENCE
    )
    assert answer.status_code == 400, answer.text
    assert stored(key)


def test_log_lines_hold_fingerprints_only(service: Service) -> None:
    """Neither API keys nor private keys, tokens or signatures stand in any line."""
    signed = uploaded(service, OPEN, PHOTO)
    complete(service, OPEN, signed)
    service.get("/list_files", headers=bearer(OPEN))
    print_of_key = hashlib.sha256(b"key-of-open").hexdigest()[:8]
    eventually(
        lambda: service.lines(route="complete", key=print_of_key), "a line of the completion"
    )
    text = service.text()
    for secret in ("key-of-", "private-of-", signed["token"], signed["fields"]["x-amz-signature"]):
        assert secret not in text
