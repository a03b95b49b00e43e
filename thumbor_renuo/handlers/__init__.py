"""Every route on one screen: Thumbor's HANDLER_LISTS takes get_handlers from here."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from thumbor.handler_lists import HandlerList

from thumbor_renuo import error_reports
from thumbor_renuo.apps import AppRegistry
from thumbor_renuo.config import Settings
from thumbor_renuo.delivery import thumbnail_path
from thumbor_renuo.delivery.admission import Admission
from thumbor_renuo.errors import ConfigurationError
from thumbor_renuo.handlers import signed
from thumbor_renuo.handlers.base import NotFoundHandler, Services
from thumbor_renuo.handlers.client import ClientHandler, DemoHandler
from thumbor_renuo.handlers.health import HealthcheckHandler, PingHandler, ReadyHandler
from thumbor_renuo.handlers.original import OriginalHandler
from thumbor_renuo.handlers.thumbnail import ThumbnailHandler
from thumbor_renuo.handlers.upload_policy import UploadPolicyHandler
from thumbor_renuo.uploads.presigned_post import PolicySigner


def get_handlers(context: Any) -> HandlerList:
    """All routes, first match first; stops the start if the set-up is wrong."""
    if getattr(context.server, "keyfile", None):
        context.config.SECURITY_KEY = context.server.security_key.decode()
    try:
        services = check_setup(context.config)
    except ConfigurationError as error:
        raise SystemExit(error.message) from None
    settings = services.settings
    context.config.MAX_AGE = settings.max_age  # the environment gives it as a text
    error_reports.start(settings.sentry_dsn)
    ours = {"services": services}
    pipeline = {**ours, "context": context}
    return [
        (r"/generate_policy", UploadPolicyHandler, ours),
        (r"/ping", PingHandler, ours),
        (r"/healthcheck", HealthcheckHandler, ours),
        (r"/ready", ReadyHandler, ours),
        (r"/o/.*", OriginalHandler, ours),
        (thumbnail_path.ROUTE, ThumbnailHandler, pipeline),
        (r"/client/((?:renuo-upload|demo)\.(?:js|css))", ClientHandler, ours),
        *([(r"/", DemoHandler, ours)] if settings.demo_page else []),
        (signed.ROUTE, signed.SignedHandler, pipeline),
        (r".*", NotFoundHandler, ours),
    ]


def check_setup(config: Any) -> Services:
    """Make what the handlers call, and with it check the options and the apps together.

    Raises:
        ConfigurationError: with every fault of both.
    """
    faults: list[str] = []
    with _collected(faults):
        settings = Settings.of(config)
        with _collected(faults):
            signer = PolicySigner(settings)
        with _collected(faults):
            error_reports.check(settings.sentry_dsn)
    with _collected(faults):
        apps = AppRegistry.load(str(config.API_KEYS or ""), str(config.APPS_FILE or ""))
    if faults:
        raise ConfigurationError(faults)
    renders, streams = Admission(settings.thumbnail_queue), Admission(settings.s3_connections)
    return Services(settings, apps, signer, renders, streams)


@contextmanager
def _collected(faults: list[str]) -> Iterator[None]:
    try:
        yield
    except ConfigurationError as error:
        faults += error.faults
