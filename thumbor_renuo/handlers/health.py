"""GET /ping, /healthcheck and /ready: is the process up, and can it do its work."""

from thumbor_renuo.errors import StorageError
from thumbor_renuo.handlers.base import PublicHandler
from thumbor_renuo.s3.client import S3Bucket


class PingHandler(PublicHandler):
    """The signing service's old check."""

    route = "ping"
    is_open = True
    answer = "up"

    def get(self) -> None:
        """Say that the process answers."""
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.write(self.answer)

    head = get


class HealthcheckHandler(PingHandler):
    """Thumbor's check."""

    route = "healthcheck"
    answer = "WORKING"


class ReadyHandler(PublicHandler):
    """For load balancers: only a process that reaches the bucket gets requests."""

    route = "ready"
    is_open = True

    async def get(self) -> None:
        """200, or 503 that names what is missing."""
        settings = self.services.settings
        missing: dict[str, str] = {}
        try:
            await S3Bucket.of(settings, "originals").check(settings.ready_seconds)
        except StorageError as error:
            missing["bucket"] = error.message
            self.set_status(503)
            self.set_header("Retry-After", "1")
            self.error_code = "not_ready"
        self.write_json({"ready": not missing, "missing": missing})

    head = get
