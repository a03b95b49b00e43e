"""The real S3 server of the integration tests."""

from tests.integration.conftest import local_s3

__all__ = ["local_s3"]
