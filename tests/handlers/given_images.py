"""A Thumbor loader that finds what a test has put into IMAGES."""

from datetime import UTC, datetime
from typing import Any

from thumbor.loaders import LoaderResult

IMAGES: dict[str, bytes] = {}
ASKED: list[str] = []
MODIFIED = datetime(2024, 1, 2, tzinfo=UTC)


def validate(_context: Any, _url: str) -> bool:
    """Any name will do."""
    return True


async def load(_context: Any, url: str) -> LoaderResult:
    """The image, with an ETag of its bytes."""
    ASKED.append(url)
    if url not in IMAGES:
        return LoaderResult(successful=False, error=LoaderResult.ERROR_NOT_FOUND)
    facts = {"etag": f'"{hash(IMAGES[url])}"', "last_modified": MODIFIED}
    return LoaderResult(buffer=IMAGES[url], metadata=facts)
