"""A service full of uploads, and for each endpoint the values that lead deep into its code."""

import base64
import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import requests
from PIL import Image

from tests.conftest import ENVIRONMENT
from tests.integration.conftest import (
    PATIENCE,
    Service,
    environment_for,
    eventually,
    noise,
    s3_client,
    serve,
)
from thumbor_renuo.local_s3 import LocalS3
from thumbor_renuo.url_signer import UrlSigner

APPS = """
[[apps]]
name = "open"
env = "live"
api_key = "key-of-open"
private_key = "private-of-open"
presets = { card = "30x20/smart" }

[[apps]]
name = "bank"
env = "live"
api_key = "key-of-bank"
private_key = "private-of-bank"
content_types = ["image/*", "text/csv"]
publish = "verified"
min_bytes = 1
max_bytes = 7000000
texts = { hint = "Fotos bis 7 MB ✓" }
daily_uploads = 1000000000
"""
NAMES = ("open", "bank")
LIMITS = {"RATE_LIMIT_ADDRESS": "off", "RATE_LIMIT_KEY": "off", "RATE_LIMIT_WRONG_KEYS": "off"}
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><path d="M0 0h9v9z"/></svg>'
PRIVATE = {"listFiles", "deleteFile", "deleteFiles", "getFile"}


@dataclass(frozen=True)
class Seed:
    """Values that belong together, by where they stand."""

    path: Mapping[str, Any] = field(default_factory=dict)
    query: Mapping[str, Any] = field(default_factory=dict)
    body: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


@contextmanager
def seeded(folder: Path, s3: LocalS3) -> Iterator["Seeded"]:
    """A service without limits on requests, with uploads of every kind and state."""
    (folder / "apps.toml").write_text(APPS)
    changes = {"API_KEYS": "", "APPS_FILE": str(folder / "apps.toml"), **LIMITS}
    with serve(folder, environment_for(s3, **changes)) as service:
        yield Seeded(service, s3)
        eventually(lambda: service.is_ready("/ping"), "it is alive and well")


def contents() -> Iterator[tuple[str, str, bytes]]:
    """Names, declared types and bytes: good ones, lies and ruins."""
    photo = noise(40, 30)
    yield "Hüte & Co.jpg", "image/jpeg", photo
    for kind in ("PNG", "GIF", "WEBP", "TIFF", "AVIF"):
        file = io.BytesIO()
        Image.new("RGBA" if kind != "GIF" else "P", (20, 10)).save(file, kind)
        yield f"a.{kind.lower()}", f"image/{kind.lower()}", file.getvalue()
    yield "half.jpg", "image/jpeg", photo[: len(photo) // 2]
    yield "lie.png", "image/png", b"<!doctype html><script>alert(1)</script>"
    yield "a.svg", "image/svg+xml", SVG
    yield "active.svg", "image/svg+xml", SVG.replace(b"<path", b"<script/><path")
    yield "a.csv", "text/csv", b"a;b\n1;2\n"
    yield "日本.jpg", "image/jpg", photo + b"behind the end"


class Seeded:
    """What has been uploaded, and the seeds made of it."""

    def __init__(self, service: Service, s3: LocalS3) -> None:
        self.service, self.url = service, service.url
        self._signed = [
            (app, self._upload(app, *content)) for app in NAMES for content in contents()
        ]
        self._signed += [(app, self._sign(app, "never.jpg", "image/jpeg", 9)) for app in NAMES]
        client = s3_client(s3)
        self._paths = [f"a/b{number}/ü {number}.jpg" for number in range(9)]
        for path in self._paths:
            client.put_object(Bucket=s3.bucket, Key=f"o/open-live/{path}", Body=noise(40, 30))

    def seeds(self, operation_id: str) -> list[Seed]:
        """The seeds of an operation of the document; none where nothing is needed."""
        make = getattr(self, f"_{operation_id.removeprefix('head')}", None)
        if make is None:
            kind = operation_id.removeprefix("head").removeprefix("get")
            make = getattr(self, f"_get{kind}", None)
        return list(make()) if make else []

    # -- making ---------------------------------------------------------------------------------

    def _post(self, path: str, **asked: Any) -> dict[str, Any]:
        answer = requests.post(f"{self.service.url}{path}", json=asked, timeout=PATIENCE)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def _sign(self, app: str, name: str, content_type: str, size: int) -> dict[str, Any]:
        return self._post(
            "/generate_policy",
            api_key=f"key-of-{app}",
            filename=name,
            content_type=content_type,
            size=size,
        )

    def _upload(self, app: str, name: str, content_type: str, content: bytes) -> dict[str, Any]:
        signed = self._sign(app, name, content_type, len(content))
        sent = requests.post(
            signed["url"], data=signed["fields"], files={"file": content}, timeout=PATIENCE
        )
        assert sent.status_code == 204, sent.text
        return signed

    def _begin(self, app: str, **more: Any) -> dict[str, Any]:
        """A multipart upload with one part."""
        base = f"/uppy/key-of-{app}/s3/multipart"
        begun = self._post(base, filename="a.jpg", type="image/jpeg", **more)
        part = self.service.get(f"{base}/{begun['uploadId']}/1", params={"key": begun["key"]})
        sent = requests.put(part.json()["url"], data=noise(40, 30), timeout=PATIENCE)
        return {**begun, "etag": sent.headers["ETag"]}

    # -- Uploads --------------------------------------------------------------------------------

    def _generatePolicy(self) -> Iterator[Seed]:  # noqa: N802 - operations' own names
        for app in NAMES:
            key = {"api_key": f"key-of-{app}"}
            file = {"filename": "ä b.jpg", "content_type": "image/jpeg", "size": 9}
            yield Seed(body=key)
            yield Seed(query=key)
            yield Seed(query=key, body=file)
            yield Seed(query=file, body={**key, "method": "PUT"})

    def _getApp(self) -> Iterator[Seed]:  # noqa: N802
        for app in NAMES:
            yield Seed(path={"api_key": f"key-of-{app}"})

    def _completeUpload(self) -> Iterator[Seed]:  # noqa: N802
        for app, signed in self._signed:
            asked = {"key": signed["key"], "token": signed["token"]}
            yield Seed(body={**asked, "api_key": f"key-of-{app}"})
            bearer = {"Authorization": f"Bearer private-of-{app}"}
            yield Seed(body={"key": signed["key"]}, headers=bearer)

    # -- Uppy -----------------------------------------------------------------------------------

    def _uppyParams(self) -> Iterator[Seed]:  # noqa: N802
        for seed in self._getApp():
            yield seed
            yield Seed(path=seed.path, query={"filename": "a.jpg", "type": "image/jpeg"})

    def _uppyBegin(self) -> Iterator[Seed]:  # noqa: N802
        for seed in self._getApp():
            yield seed
            yield Seed(seed.path, body={"filename": "a.jpg", "type": "image/jpeg"})

    def _uploads_in_parts(
        self, *, is_numbered: bool = False, **query: Any
    ) -> Iterator[tuple[Seed, str]]:
        for app in NAMES:
            for more in ({}, {"size": 10}):
                begun = self._begin(app, **more)
                path = {"api_key": f"key-of-{app}", "upload_id": begun["uploadId"]}
                path |= {"part_number": 1} if is_numbered else {}
                yield Seed(path=path, query={"key": begun["key"], **query}), begun["etag"]

    def _uppyParts(self) -> Iterator[Seed]:  # noqa: N802
        for seed, _etag in self._uploads_in_parts():
            yield seed
        for seed, etag in self._uploads_in_parts():  # and those that have been joined
            path = "/uppy/{api_key}/s3/multipart/{upload_id}/complete".format(**seed.path)
            asked = {"parts": [{"PartNumber": 1, "ETag": etag}]}
            url = f"{self.url}{path}"
            # One that was to have 10 bytes is refused, and thrown away.
            requests.post(url, params=seed.query, json=asked, timeout=PATIENCE)
            yield seed

    _uppyAbort = _uppyParts  # noqa: N815

    def _uppyPart(self) -> Iterator[Seed]:  # noqa: N802
        for seed, _etag in self._uploads_in_parts(is_numbered=True):
            yield seed

    def _uppyBatch(self) -> Iterator[Seed]:  # noqa: N802
        for seed, _etag in self._uploads_in_parts(partNumbers="1,2"):
            yield seed

    def _uppyComplete(self) -> Iterator[Seed]:  # noqa: N802
        for seed, etag in [*self._uploads_in_parts(), *self._uploads_in_parts()]:
            parts = [{"PartNumber": 1, "ETag": etag}]
            yield Seed(path=seed.path, query=seed.query, body={"parts": parts})

    # -- Files ----------------------------------------------------------------------------------

    @staticmethod
    def _keys() -> Iterator[Seed]:
        yield Seed(headers={"Authorization": "Bearer private-of-open"})
        yield Seed(query={"api_key": "key-of-open", "private_api_key": "private-of-open"})

    def _listFiles(self) -> Iterator[Seed]:  # noqa: N802
        cursor = base64.urlsafe_b64encode(self._paths[3].encode()).decode().rstrip("=")
        for seed in self._keys():
            for more in ({}, {"limit": 2}, {"cursor": cursor}, {"prefix": "a/", "limit": 1}):
                yield Seed(query={**seed.query, **more}, headers=seed.headers)

    def _deleteFile(self) -> Iterator[Seed]:  # noqa: N802
        for seed in self._keys():
            query = {**seed.query, "file_path": "a/none.txt"}
            yield Seed(query=query, headers=seed.headers)

    def _deleteFiles(self) -> Iterator[Seed]:  # noqa: N802
        for seed in self._keys():
            for asked in ({"file_paths": ["a/none.txt"]}, {"prefix": "none/"}, {}):
                yield Seed(query=seed.query, headers=seed.headers, body=asked)

    def _getFile(self) -> Iterator[Seed]:  # noqa: N802
        for seed in self._keys():
            for path in self._paths[:2]:
                key = {"key": f"o/open-live/{path}"}
                yield Seed(key, {**seed.query, "expires_in": 60}, headers=seed.headers)

    def _purgeThumbnails(self) -> Iterator[Seed]:  # noqa: N802
        for seed in self._keys():
            key = {"key": f"o/open-live/{self._paths[8]}"}
            yield Seed(key, seed.query, headers=seed.headers)

    # -- Images ---------------------------------------------------------------------------------

    def _getOriginal(self) -> Iterator[Seed]:  # noqa: N802
        for path in self._paths[:2]:
            found = {"app": "open-live", "file_path": path}
            yield Seed(found)
            yield Seed(found, headers={"Range": "bytes=3-9"})
            yield Seed(found, headers={"Range": "bytes=9999999-"})
            yield Seed(found, headers={"If-None-Match": "*"})
        yield Seed({"app": "open-live"})

    def _getThumbnail(self) -> Iterator[Seed]:  # noqa: N802
        for options in ("30x20", "fit-in/9x9/filters:quality(3)", "p:card", "-9x0/top", "trim"):
            found = {"app": "open-live", "file_path": self._paths[0], "options": options}
            yield Seed(found)
        yield Seed({"app": "open-live", "file_path": self._paths[0]})

    def _getSigned(self) -> Iterator[Seed]:  # noqa: N802
        image = f"9x9/{self.key}"
        signer = UrlSigner(ENVIRONMENT["THUMBOR_SECURITY_KEY"].encode())
        yield Seed({"signature": signer.signature(quote(image)).decode(), "image": image})

    @staticmethod
    def _getClient() -> Iterator[Seed]:  # noqa: N802
        yield Seed({"file": "renuo-upload.js"})

    def _getClientVersion(self) -> Iterator[Seed]:  # noqa: N802
        told = self.service.get("/client/renuo-upload.json").json()
        yield Seed({"version": told["version"], "file": "renuo-upload.js"})

    @property
    def key(self) -> str:
        """An object's."""
        return f"o/open-live/{self._paths[0]}"

    def begun(self) -> dict[str, Any]:
        """A multipart upload with one part: its `key` and `uploadId`."""
        return self._begin("open")

    def _getDerivative(self) -> Iterator[Seed]:  # noqa: N802
        for variant in ("30x20@auto-webp", "p:card@png", "@auto", "9x9/filters:quality(3)@jpeg"):
            yield Seed({"key": f"o/open-live/{self._paths[0]}", "variant": variant})
