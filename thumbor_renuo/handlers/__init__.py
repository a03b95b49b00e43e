"""Every route on one screen: Thumbor's HANDLER_LISTS takes get_handlers from here."""

from typing import Any

from thumbor.handler_lists import HandlerList
from tornado.routing import AnyMatches

from thumbor_renuo import error_reports
from thumbor_renuo.delivery import thumbnail_path
from thumbor_renuo.errors import ConfigurationError
from thumbor_renuo.handlers import purge, signed
from thumbor_renuo.handlers.app_info import AppInfoHandler
from thumbor_renuo.handlers.base import NotFoundHandler
from thumbor_renuo.handlers.client import (
    ClientHandler,
    ClientManifestHandler,
    VersionedClientHandler,
)
from thumbor_renuo.handlers.companion import (
    BatchHandler,
    CompleteHandler,
    MultipartHandler,
    ParamsHandler,
    PartHandler,
    UploadHandler,
)
from thumbor_renuo.handlers.completion import CompletionHandler
from thumbor_renuo.handlers.demo_page import DemoHandler
from thumbor_renuo.handlers.files import (
    DeleteHandler,
    DeleteManyHandler,
    FileHandler,
    ListHandler,
)
from thumbor_renuo.handlers.health import HealthcheckHandler, PingHandler, ReadyHandler
from thumbor_renuo.handlers.openapi import OpenApiHandler
from thumbor_renuo.handlers.original import OriginalHandler
from thumbor_renuo.handlers.recent_answers import RecentAnswers
from thumbor_renuo.handlers.services import Services
from thumbor_renuo.handlers.thumbnail import ThumbnailHandler
from thumbor_renuo.handlers.upload_policy import UploadPolicyHandler


def get_handlers(context: Any) -> HandlerList:
    """All routes, first match first; stops the start if the set-up is wrong."""
    if getattr(context.server, "keyfile", None):
        context.config.SECURITY_KEY = context.server.security_key.decode()
    try:
        services = Services.of(context.config)
    except ConfigurationError as error:
        raise SystemExit(error.message) from None
    settings = services.settings
    context.config.MAX_AGE = settings.max_age  # the environment gives it as a text
    error_reports.start(settings.sentry_dsn)
    ours = {"services": services}
    recent = RecentAnswers(services)
    pipeline = {**ours, "context": context}
    thumbnails = {**pipeline, "recent": recent}
    return [
        (AnyMatches(), recent),
        # What is asked for most; the first that fits is taken.
        (purge.ROUTE, purge.PurgeHandler, ours),
        (thumbnail_path.ROUTE, ThumbnailHandler, thumbnails),
        (r"/generate_policy", UploadPolicyHandler, ours),
        (r"/apps/([^/]+)", AppInfoHandler, ours),
        (r"/uploads/complete", CompletionHandler, ours),
        (r"/uppy/([^/]+)/s3/params", ParamsHandler, ours),
        (r"/uppy/([^/]+)/s3/multipart", MultipartHandler, ours),
        (r"/uppy/([^/]+)/s3/multipart/([^/]+)", UploadHandler, ours),
        (r"/uppy/([^/]+)/s3/multipart/([^/]+)/batch", BatchHandler, ours),
        (r"/uppy/([^/]+)/s3/multipart/([^/]+)/complete", CompleteHandler, ours),
        (r"/uppy/([^/]+)/s3/multipart/([^/]+)/([^/]+)", PartHandler, ours),
        (r"/list_files", ListHandler, ours),
        (r"/delete_file", DeleteHandler, ours),
        (r"/delete_files", DeleteManyHandler, ours),
        (r"/files/.*", FileHandler, ours),
        (r"/ping", PingHandler, ours),
        (r"/healthcheck", HealthcheckHandler, ours),
        (r"/ready", ReadyHandler, ours),
        (r"/openapi\.json", OpenApiHandler, ours),
        (r"/o/.*", OriginalHandler, ours),
        (r"/s/[^/]*/o/.*", OriginalHandler, ours),
        (r"/s/.*", ThumbnailHandler, thumbnails),
        (r"/client/(renuo-upload\.(?:js|css|mjs)|demo\.(?:js|css))", ClientHandler, ours),
        (r"/client/([^/]+)/(renuo-upload\.(?:js|css|mjs))", VersionedClientHandler, ours),
        (r"/client/renuo-upload\.json", ClientManifestHandler, ours),
        *([(r"/", DemoHandler, pipeline)] if settings.demo_page else []),
        (signed.ROUTE, signed.SignedHandler, pipeline),
        (r".*", NotFoundHandler, ours),
    ]
