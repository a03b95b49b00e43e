"""The built upload client, and the demo page at /."""

import json
from functools import lru_cache
from pathlib import Path

from thumbor_renuo.errors import NotFound
from thumbor_renuo.handlers.base import PublicHandler, etag_of

STATIC = Path(__file__).parent.parent / "static"
TYPES = {".js": "text/javascript", ".css": "text/css", ".html": "text/html"}
CLIENT_MAX_AGE = 300
PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' blob: data: http: https:; connect-src 'self' {storage}; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@lru_cache(maxsize=32)
def _built(name: str) -> tuple[bytes, str]:
    """A file of the client and its ETag."""
    path = STATIC / name
    if not path.is_file():
        raise NotFound(f"there is no {name} in the built upload client")
    data = path.read_bytes()
    return data, etag_of(data)


class ClientHandler(PublicHandler):
    """Serves /client/<name>: scripts and styles for any page."""

    route = "client"
    cors = True  # a page may use `integrity`, which needs CORS
    keeps_errors = True

    def get(self, name: str) -> None:
        """One file, with an ETag."""
        data, etag = _built(name)
        media_type = TYPES[Path(name).suffix]
        self.write_cacheable(data, media_type, etag=etag, max_age=CLIENT_MAX_AGE)

    head = get


class DemoHandler(PublicHandler):
    """Serves the demo page, on which anybody may upload to any app."""

    route = "demo"

    def get(self) -> None:
        """The page, with the apps' public keys in it."""
        settings = self.services.settings
        page = _built("demo.html")[0].decode()
        config = {
            "apps": [
                {"full_name": app.full_name, "api_key": app.current_api_key()}
                for app in self.services.apps
            ],
            "signing_url": "/generate_policy",
        }
        # "<" cannot end the script element that holds it.
        inlined = json.dumps(config).replace("<", "\\u003c")
        storage = settings.s3_endpoint or (
            f"https://{settings.s3_bucket_name}.s3.{settings.s3_region}.amazonaws.com"
        )
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.set_header("Content-Security-Policy", PAGE_POLICY.format(storage=storage))
        self.set_header("Referrer-Policy", "no-referrer")
        self.write(page.replace("__DEMO_CONFIG__", inlined))

    head = get
