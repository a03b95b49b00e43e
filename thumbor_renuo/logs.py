"""Log lines as JSON objects, one a line, each with the id of the request it belongs to."""

import json
import logging
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

request_id: ContextVar[str] = ContextVar("request_id", default="")
access_log = logging.getLogger("thumbor_renuo.access")


# Where a line was written from is in none of ours, and costs a walk up the stack to find out
# ("Optimization", Logging HOWTO).
logging._srcfile = None  # noqa: SLF001
logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False


ENCODE = json.JSONEncoder(ensure_ascii=False).encode


class JsonFormatter(logging.Formatter):
    """Writes time (UTC, ISO 8601), level, logger, message and `extra={"fields": …}`."""

    def format(self, record: logging.LogRecord) -> str:
        """One line of JSON; an exception's traceback goes into `exception`."""
        second, micro = divmod(round(record.created * 1_000_000), 1_000_000)
        line: dict[str, Any] = {
            "time": f"{_second(second)}.{micro // 1000:03}+00:00",
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if current := request_id.get():
            line["request_id"] = current
        line |= getattr(record, "fields", {})
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return ENCODE(line)


@lru_cache(maxsize=4)
def _second(moment: int) -> str:
    return f"{datetime.fromtimestamp(moment, UTC):%Y-%m-%dT%H:%M:%S}"


def json_logs(level: str) -> dict[str, Any]:
    """A logging.config dictionary: everything from `level` on, as JSON, to standard output."""
    # Tornado's own access lines hold the query string, and with it the API key; ours replace them.
    quiet = {"level": "CRITICAL", "propagate": False}
    known = level.upper() if level.upper() in logging.getLevelNamesMapping() else "INFO"
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": "thumbor_renuo.logs.JsonFormatter"}},
        "handlers": {
            "stdout": {
                "class": "logging.StreamHandler",
                "stream": "ext://sys.stdout",
                "formatter": "json",
            }
        },
        "root": {"level": known, "handlers": ["stdout"]},
        "loggers": {
            "tornado.access": quiet,
            # Its warnings hold what clients write into paths; our access lines have the errors.
            "thumbor": {"level": "ERROR"},
            # Chatter at info and debug, some of it with keys and signatures in it.
            "botocore": {"level": "WARNING"},
            "aiobotocore": {"level": "WARNING"},
            "boto3": {"level": "WARNING"},
            "asyncio": {"level": "WARNING"},
        },
    }
