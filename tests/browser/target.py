"""An app of the demo, and what is of it in the bucket."""

import hashlib
from typing import Any

import boto3
from botocore.config import Config


class Target:
    """One of the demo's apps, and its part of the bucket.

    Attributes:
        api_key, host: of the app, and of the service.
        companion: Uppy's `companionEndpoint`.
        folder, waiting: where its objects are, once published and before.
        address: of the bucket.
    """

    def __init__(self, demo: dict[str, Any], name: str) -> None:
        [app] = [app for app in demo["apps"] if app["full_name"] == name]
        s3 = demo["s3"]
        self.api_key, self.host = app["api_key"], demo["url"].rstrip("/")
        self.companion = f"{demo['url']}uppy/{app['api_key']}"
        self.bucket, self.folder, self.waiting = s3["bucket"], f"o/{name}/", f"q/{name}/"
        self.address = f"{s3['endpoint']}/{self.bucket}"
        self.client = boto3.client(
            "s3",
            endpoint_url=s3["endpoint"],
            region_name=s3["region"],
            aws_access_key_id=s3["access_key"],
            aws_secret_access_key=s3["secret_key"],
            config=Config(s3={"addressing_style": "path"}, proxies={}),
        )

    def objects(self) -> set[str]:
        """All its objects, published or not; a demo has fewer than a page of them."""
        found = self.client.list_objects_v2(Bucket=self.bucket)
        return {entry["Key"] for entry in found.get("Contents", []) if self._is_mine(entry)}

    def unfinished(self) -> list[dict[str, Any]]:
        """Its unfinished multipart uploads."""
        found = self.client.list_multipart_uploads(Bucket=self.bucket)
        return [entry for entry in found.get("Uploads", []) if self._is_mine(entry)]

    def _is_mine(self, entry: dict[str, Any]) -> bool:
        return bool(entry["Key"].startswith((self.folder, self.waiting)))

    def parts(self, upload: dict[str, Any]) -> list[int]:
        """The numbers of the parts that it has of an unfinished upload."""
        found = self.client.list_parts(
            Bucket=self.bucket, Key=upload["Key"], UploadId=upload["UploadId"]
        )
        return [part["PartNumber"] for part in found.get("Parts", [])]

    def read(self, key: str) -> tuple[str, dict[str, Any]]:
        """An object's SHA-256, and its headers."""
        found = self.client.get_object(Bucket=self.bucket, Key=key)
        return hashlib.sha256(found["Body"].read()).hexdigest(), found
