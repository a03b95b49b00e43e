"""Signed S3 POST policies, made offline: the browser sends the file straight to S3."""

from datetime import UTC, datetime
from typing import Any

import boto3
from botocore.config import Config as BotoConfig
from botocore.exceptions import BotoCoreError
from botocore.session import Session as BotocoreSession

from thumbor_renuo.apps import App
from thumbor_renuo.config import Settings
from thumbor_renuo.errors import ConfigurationError
from thumbor_renuo.s3.client import client_config, isolated_session
from thumbor_renuo.uploads.prefix import new_prefix

UTF8 = "✓"
# The order in which the old clients post these fields; they know no others.
FIELDS = (
    "key", "acl", "policy", "x-amz-algorithm", "x-amz-credential", "x-amz-expires",
    "x-amz-signature", "x-amz-date", "utf8",
)  # fmt: skip


class PolicySigner:
    """Signs one upload after another for the apps of one bucket."""

    def __init__(self, settings: Settings) -> None:
        """Raise ConfigurationError for a bucket, region or endpoint that botocore refuses."""
        self._settings = settings
        try:
            self._client = self._make_client(settings)
            self._presign("o/")
        except (BotoCoreError, ValueError) as error:
            names = "S3_BUCKET_NAME, S3_REGION, S3_ENDPOINT"
            raise ConfigurationError([f"{names}: cannot be used together, {error}"]) from None

    @staticmethod
    def _make_client(settings: Settings) -> Any:
        return boto3.Session(botocore_session=isolated_session(BotocoreSession)).client(
            "s3",
            region_name=settings.s3_region,
            endpoint_url=settings.s3_endpoint or None,
            aws_access_key_id=settings.s3_public_key,
            aws_secret_access_key=settings.s3_secret_key,
            config=client_config(settings, BotoConfig),
        )

    def sign(self, app: App) -> dict[str, Any]:
        """A policy for one upload into a new prefix of the app's folder.

        Returns:
            `url` to post to, `data` (the form's fields with `-` turned into `_`),
            `file_prefix`, and `file_url_path` (where the CDN will have it).
        """
        settings = self._settings
        prefix = new_prefix(settings.secret_key, app.api_key, datetime.now(UTC).date())
        folder = f"o/{app.full_name}/{prefix}"
        signed = self._presign(folder)
        data = {name.replace("-", "_"): signed["fields"][name] for name in FIELDS}
        data["x_amz_expires"] = settings.upload_policy_seconds
        return {
            "url": signed["url"].rstrip("/") + "/",
            "data": data,
            "file_prefix": prefix,
            "file_url_path": f"//{settings.cdn_host}/{folder}",
        }

    def _presign(self, folder: str) -> dict[str, Any]:
        settings = self._settings
        fixed = {"acl": settings.upload_acl, "x-amz-expires": str(settings.upload_policy_seconds)}
        conditions: list[Any] = [{name: value} for name, value in fixed.items()]
        conditions.append(["content-length-range", 0, settings.upload_max_bytes])
        if settings.s3_policy_dialect == "aws":
            # AWS refuses a field that no condition names, SeaweedFS a condition that it does
            # not know.
            conditions.append(["starts-with", "$utf8", UTF8])
        answer: dict[str, Any] = self._client.generate_presigned_post(
            settings.s3_bucket_name,
            f"{folder}${{filename}}",
            Fields={**fixed, "utf8": UTF8},
            Conditions=conditions,
            ExpiresIn=settings.upload_policy_seconds,
        )
        return answer
