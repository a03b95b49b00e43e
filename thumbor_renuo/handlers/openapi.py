"""GET /openapi.json: the description of every endpoint, in OpenAPI 3.1."""

from functools import cache
from pathlib import Path

from thumbor_renuo.handlers.base import PublicHandler, etag_of

DOCUMENT = Path(__file__).parent.parent / "openapi.json"
MAX_AGE = 300


@cache
def _document() -> tuple[bytes, str]:
    """The document and its ETag."""
    data = DOCUMENT.read_bytes()
    return data, etag_of(data)


class OpenApiHandler(PublicHandler):
    """Serves the document to any origin's scripts."""

    route = "openapi"
    cors = True

    def get(self) -> None:
        """The document, with an ETag."""
        data, etag = _document()
        self.write_cacheable(data, "application/json", etag=etag, max_age=MAX_AGE)

    head = get
