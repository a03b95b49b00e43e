"""Signed S3 POST policies, made offline: the browser sends the file straight to S3."""

from datetime import datetime
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from thumbor_renuo.apps import App
from thumbor_renuo.config import Settings
from thumbor_renuo.s3.address import bucket_url
from thumbor_renuo.uploads.issued_key import PUBLISHED
from thumbor_renuo.uploads.object_headers import object_headers
from thumbor_renuo.uploads.prefix import new_prefix
from thumbor_renuo.uploads.sigv4 import Credentials, as_conditions, sign_post, signing_time
from thumbor_renuo.uploads.upload_request import Bounds

UTF8 = "✓"


class PolicySigner:
    """Signs one upload after another for the apps of one bucket."""

    def __init__(self, settings: Settings) -> None:
        """Raise ConfigurationError for a bucket, region or endpoint that botocore refuses."""
        self._settings = settings
        self.url = bucket_url(settings)
        self.credentials = Credentials(
            settings.s3_public_key, settings.s3_secret_key, settings.s3_region
        )

    def object_url(self, key: str) -> str:
        """An object's address in the bucket, percent-encoded."""
        return self.url + quote(key)

    def sign(self, app: App, api_key: str | None = None) -> dict[str, Any]:
        """A policy for one upload into a new prefix of the app's folder, for the old clients.

        Args:
            api_key: the one that asks, where the app has several.

        Returns:
            `url` to post to, `data` (the form's fields with `-` turned into `_`),
            `file_prefix`, and `file_url_path` (where the CDN will have it).
        """
        settings, now = self._settings, signing_time()
        seconds = settings.upload_policy_seconds
        prefix = new_prefix(settings.secret_key, api_key or app.api_key, now.date())
        folder = f"{PUBLISHED}/{app.full_name}/{prefix}"
        acl = app.rules.acl or settings.upload_acl
        bounds = Bounds.of(app, settings.upload_max_bytes)
        fixed = _folder_conditions(acl, seconds, bounds, settings.s3_policy_dialect)
        # Names of apps and prefixes hold nothing that JSON would write in another way.
        signed = self._policy(now, f'{fixed}, ["starts-with", "$key", "{folder}"]', seconds)
        return {
            "url": self.url,
            # In the order in which the old clients post these fields; they know no others.
            "data": {
                "key": f"{folder}${{filename}}",
                "acl": acl,
                "policy": signed["policy"],
                "x_amz_algorithm": signed["x-amz-algorithm"],
                "x_amz_credential": signed["x-amz-credential"],
                "x_amz_expires": seconds,
                "x_amz_signature": signed["x-amz-signature"],
                "x_amz_date": signed["x-amz-date"],
                "utf8": UTF8,
            },
            "file_prefix": prefix,
            "file_url_path": f"//{settings.cdn_host}/{folder}",
        }

    def fields(
        self,
        now: datetime,
        app: App,
        key: str,
        content_type: str,
        bounds: Bounds,
        checksum_sha256: str = "",
    ) -> dict[str, str]:
        """The form for one concrete key, type and size; every field has its condition.

        Args:
            now: of signing_time().
            key: the object key.
            bounds: the least and most bytes that S3 takes.
            checksum_sha256: base64; empty without one.
        """
        named = {"key": key, **object_headers(app, self._settings, content_type)}
        if checksum_sha256:
            named["x-amz-checksum-sha256"] = checksum_sha256
        conditions = as_conditions(
            [
                *({name: value} for name, value in named.items()),
                ["content-length-range", bounds.low, bounds.high],
            ]
        )
        return {**named, **self._policy(now, conditions, app.rules.policy_seconds)}

    def _policy(self, now: datetime, conditions: str, seconds: int) -> dict[str, str]:
        return sign_post(
            self.credentials,
            now,
            bucket=self._settings.s3_bucket_name,
            conditions=conditions,
            seconds=seconds,
        )


@lru_cache(maxsize=1000)
def _folder_conditions(acl: str, seconds: int, bounds: Bounds, dialect: str) -> str:
    """What is the same in all policies of an app for its old clients."""
    conditions: list[Any] = [
        {"acl": acl},
        {"x-amz-expires": str(seconds)},
        ["content-length-range", bounds.low, bounds.high],
    ]
    if dialect == "aws":
        # AWS refuses a field that no condition names, SeaweedFS a condition that it does not know.
        conditions.append(["starts-with", "$utf8", UTF8])
    return as_conditions(conditions)
