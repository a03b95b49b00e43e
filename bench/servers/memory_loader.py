"""A loader of Thumbor's that has the one original in memory: what a request costs beside I/O."""

import os
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from thumbor.loaders import LoaderResult

VARIABLE = "BENCH_SOURCE"
MODIFIED = datetime.now(UTC)


def validate(context: Any, url: str) -> bool:
    """Any path is taken."""
    del context, url
    return True


async def load(context: Any, url: str) -> LoaderResult:
    """The same bytes, whatever is asked for."""
    del context, url
    data = original()
    metadata = {"etag": '"bench"', "last_modified": MODIFIED, "updated_at": MODIFIED}
    return LoaderResult(buffer=data, successful=True, metadata={"size": len(data), **metadata})


@cache
def original() -> bytes:
    """The file that the environment names, read once."""
    return Path(os.environ[VARIABLE]).read_bytes()
