"""New-style signatures: one concrete key, type and size for each upload."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from thumbor_renuo.apps import App
from thumbor_renuo.config import Settings
from thumbor_renuo.errors import BadRequest
from thumbor_renuo.uploads.file_name import safe_file_name
from thumbor_renuo.uploads.issued_key import PUBLISHED, WAITING, IssuedKey, links
from thumbor_renuo.uploads.object_headers import put_headers
from thumbor_renuo.uploads.prefix import new_prefix
from thumbor_renuo.uploads.presigned_post import PolicySigner
from thumbor_renuo.uploads.sigv4 import presign_url, signing_time
from thumbor_renuo.uploads.token import CompletionTokens, Declared
from thumbor_renuo.uploads.upload_request import Bounds, UploadRequest, check_type

METHODS = ("POST", "PUT")


@dataclass(frozen=True)
class SignedUpload:
    """What a client needs to send one file.

    Attributes:
        fields: of the form of a POST, in order and before `file`.
        headers: of a PUT.
        expires_at: ISO 8601, UTC.
        token: proves at the completion that the upload is the client's own.
    """

    method: str
    url: str
    fields: dict[str, str]
    headers: dict[str, str]
    key: IssuedKey
    expires_at: str
    token: str


class UploadSigner:
    """Signs what the app's rules allow."""

    def __init__(
        self, settings: Settings, policies: PolicySigner, tokens: CompletionTokens
    ) -> None:
        self._settings, self._policies, self._tokens = settings, policies, tokens

    def new_key(self, app: App, api_key: str, filename: str) -> IssuedKey:
        """A key below a fresh prefix, so that no upload meets another."""
        today = signing_time().date()
        root = WAITING if app.rules.is_verified else PUBLISHED
        prefix = new_prefix(self._settings.secret_key, api_key, today)
        return IssuedKey(root, app.full_name, prefix, safe_file_name(filename))

    def sign(
        self, app: App, api_key: str, request: UploadRequest, method: str = "POST"
    ) -> SignedUpload:
        """Sign one upload.

        Args:
            api_key: the one that asks.
            method: POST for a form, PUT for S3 look-alikes without POST policies.

        Raises:
            BadRequest, TooLarge, UnsupportedType: what the app does not allow.
        """
        if method not in METHODS:
            raise BadRequest(f"method {method[:20]!r} is none of {', '.join(METHODS)}")
        bounds, now = self._bounds(app, request), signing_time()
        key = self.new_key(app, api_key, request.filename)
        if method == "PUT":
            url, fields, headers = self._put(now, app, str(key), request)
        else:
            url, headers = self._policies.url, {}
            fields = self._policies.fields(
                now, app, str(key), request.content_type, bounds, request.checksum_sha256
            )
        ends = now + timedelta(seconds=app.rules.policy_seconds)
        declared = Declared(str(key), request.content_type, request.size, request.checksum_sha256)
        return SignedUpload(
            method,
            url,
            fields,
            headers,
            key,
            f"{ends:%Y-%m-%dT%H:%M:%SZ}",
            self._tokens.issue(declared, ends),
        )

    def _bounds(self, app: App, request: UploadRequest) -> Bounds:
        check_type(request.content_type, app)
        bounds = Bounds.of(app, self._settings.upload_max_bytes)
        if request.size is None:
            return bounds
        bounds.check(request.size)
        return Bounds(request.size, request.size)

    def _put(
        self, now: datetime, app: App, key: str, request: UploadRequest
    ) -> tuple[str, dict[str, str], dict[str, str]]:
        if request.size is None:
            raise BadRequest("the parameter size is missing: a PUT signs its length")
        headers = put_headers(app, self._settings, request.content_type)
        # S3 answers 412 to a second PUT: nothing is overwritten.
        headers["if-none-match"] = "*"
        if request.checksum_sha256:
            headers["x-amz-checksum-sha256"] = request.checksum_sha256
        url = presign_url(
            self._policies.credentials,
            now,
            "PUT",
            self._policies.object_url(key),
            seconds=app.rules.policy_seconds,
            headers={**headers, "content-length": str(request.size)},
        )
        return url, {}, headers


def as_answer(signed: SignedUpload, cdn_host: str) -> dict[str, Any]:
    """The answer of POST /generate_policy: the old shape, and what new clients want to know."""
    published = signed.key.published
    return {
        "url": signed.url,
        "data": {name.replace("-", "_"): value for name, value in signed.fields.items()},
        "file_prefix": published.prefix,
        "file_url_path": f"//{cdn_host}/{PUBLISHED}/{published.app}/{published.prefix}",
        "method": signed.method,
        "fields": signed.fields,
        "headers": signed.headers,
        "key": str(signed.key),
        **links(cdn_host, str(published)),
        "expires_at": signed.expires_at,
        "token": signed.token,
    }
