"""The client for an app's own back end: image URLs, stored files and uploads.

It needs urllib3 only and imports nothing of the server. `jinja` and `django` bring the image
URLs to templates.
"""

from thumbor_renuo.client.api import Client
from thumbor_renuo.client.app_info import AppInfo
from thumbor_renuo.client.errors import (
    BadAnswer,
    ClientError,
    Conflict,
    ConnectionFailed,
    ContentRefused,
    DeleteIncomplete,
    Forbidden,
    InvalidRequest,
    NotFound,
    Redirected,
    RequestRefused,
    ServerError,
    SourceChanged,
    StorageRefused,
    TimedOut,
    TlsFailed,
    TooLarge,
    TooManyRequests,
    UnsupportedType,
)
from thumbor_renuo.client.image_urls import ImageUrls
from thumbor_renuo.client.stored_file import Deleted, FailedDelete, FileDetails, StoredFile
from thumbor_renuo.client.uploaded_file import ImageFacts, SignedUpload, UploadedFile

__all__ = [
    "AppInfo",
    "BadAnswer",
    "Client",
    "ClientError",
    "Conflict",
    "ConnectionFailed",
    "ContentRefused",
    "DeleteIncomplete",
    "Deleted",
    "FailedDelete",
    "FileDetails",
    "Forbidden",
    "ImageFacts",
    "ImageUrls",
    "InvalidRequest",
    "NotFound",
    "Redirected",
    "RequestRefused",
    "ServerError",
    "SignedUpload",
    "SourceChanged",
    "StorageRefused",
    "StoredFile",
    "TimedOut",
    "TlsFailed",
    "TooLarge",
    "TooManyRequests",
    "UnsupportedType",
    "UploadedFile",
]
