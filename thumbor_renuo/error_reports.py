"""Unexpected errors go to Sentry, without anything that a client sent."""

from typing import Any

import sentry_sdk
from sentry_sdk.utils import BadDsn, Dsn

from thumbor_renuo import __version__
from thumbor_renuo.errors import ConfigurationError
from thumbor_renuo.logs import request_id


def check(dsn: str) -> None:
    """Look whether Sentry can read its DSN.

    Raises:
        ConfigurationError: without the DSN, which holds a key.
    """
    try:
        if dsn:
            Dsn(dsn)
    except BadDsn:
        raise ConfigurationError(["SENTRY_DSN: got a value that Sentry cannot read"]) from None


def start(dsn: str) -> None:
    """Begin to report; an empty DSN reports nothing."""
    if not dsn:
        return
    sentry_sdk.init(
        dsn=dsn,
        release=f"thumbor_renuo@{__version__}",
        # No integrations: they would add the request's URL, query string, body and headers, and
        # log lines as breadcrumbs. We capture what we want reported ourselves.
        default_integrations=False,
        auto_enabling_integrations=False,
        include_local_variables=False,
        before_send=_with_request_id,
    )


def _with_request_id(event: Any, _hint: Any) -> Any:
    if current := request_id.get():
        event.setdefault("tags", {})["request_id"] = current
    return event
