"""The whole application, for hostile files that come through it."""

from tests.handlers.conftest import (
    app,
    bucket_outlives_the_application,
    environment,
    fetch,
)

__all__ = ["app", "bucket_outlives_the_application", "environment", "fetch"]
