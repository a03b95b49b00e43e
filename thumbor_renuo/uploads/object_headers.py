"""What is stored beside an original's bytes, named alike in forms, URLs and API calls."""

from thumbor_renuo.apps import App
from thumbor_renuo.config import Settings

# User metadata: whose signature stored the object; from how many parts it was joined.
APP_MARK, PARTS_MARK = "app", "parts"


def object_headers(app: App, settings: Settings, content_type: str) -> dict[str, str]:
    """Form fields of a POST policy; `acl` is x-amz-acl as a header."""
    headers = {
        "acl": app.rules.acl or settings.upload_acl,
        "Content-Type": content_type,
        "Cache-Control": app.rules.cache_control,
        f"x-amz-meta-{APP_MARK}": app.full_name,
    }
    if app.rules.storage_class:
        headers["x-amz-storage-class"] = app.rules.storage_class
    return headers


def put_headers(app: App, settings: Settings, content_type: str) -> dict[str, str]:
    """The same as lower-case headers of a presigned PUT."""
    fields = object_headers(app, settings, content_type)
    return {"x-amz-acl" if name == "acl" else name.lower(): text for name, text in fields.items()}


def api_arguments(app: App, settings: Settings, content_type: str) -> dict[str, object]:
    """The same as botocore's arguments."""
    arguments: dict[str, object] = {
        "ACL": app.rules.acl or settings.upload_acl,
        "ContentType": content_type,
        "CacheControl": app.rules.cache_control,
        "Metadata": {APP_MARK: app.full_name},
    }
    if app.rules.storage_class:
        arguments["StorageClass"] = app.rules.storage_class
    return arguments
