"""A Thumbor loader of the originals that are made here."""

from typing import Any

from thumbor.loaders import LoaderResult

from tests.parity.originals import original


def validate(_context: Any, _url: str) -> bool:
    """Take any name."""
    return True


async def load(_context: Any, name: str) -> LoaderResult:
    """Hand out an original."""
    try:
        return LoaderResult(buffer=original(name), successful=True)
    except KeyError:
        return LoaderResult(successful=False, error=LoaderResult.ERROR_NOT_FOUND)
