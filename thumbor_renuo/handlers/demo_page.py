"""The demo page at /: anybody may upload to any app, and try what thumbnails can be."""

import json
from typing import Any

from thumbor_renuo.apps import App
from thumbor_renuo.config import Settings
from thumbor_renuo.delivery.output_format import DEMANDS
from thumbor_renuo.handlers import client_files
from thumbor_renuo.handlers.base import PublicHandler
from thumbor_renuo.handlers.services import Services

PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data: {cdn}; "
    "connect-src 'self' {storage} {cdn}; worker-src 'none'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


class DemoHandler(PublicHandler):
    """Serves the demo page."""

    route = "demo"

    def initialize(self, services: Services, context: Any) -> None:  # type: ignore[override]
        """Take what the route table hands over: the services, and Thumbor's context."""
        super().initialize(services)
        self.thumbor = context

    def get(self) -> None:
        """The page, with the apps' public keys and rules in it."""
        settings = self.services.settings
        page = client_files.built("demo.html").data.decode()
        # "<" cannot end the script element that holds it.
        inlined = json.dumps(self._config(settings)).replace("<", "\\u003c")
        storage = settings.s3_endpoint or (
            f"https://{settings.s3_bucket_name}.s3.{settings.s3_region}.amazonaws.com"
        )
        policy = PAGE_POLICY.format(storage=storage, cdn=settings.cdn_host)
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.set_header("Content-Security-Policy", policy)
        self.set_header("Referrer-Policy", "no-referrer")
        self.write(page.replace("__DEMO_CONFIG__", inlined))

    head = get

    def _config(self, settings: Settings) -> dict[str, Any]:
        return {
            "apps": [_facts(app, settings) for app in self.services.apps],
            "signing_url": "/generate_policy",
            "cdn_host": settings.cdn_host,
            "formats": list(DEMANDS),
            "filters": sorted(self.thumbor.filters_factory.filter_classes_map),
            "client": client_files.manifest(),
        }


def _facts(app: App, settings: Settings) -> dict[str, Any]:
    """What anybody may know of an app: all of it shows in the answers to its paths."""
    rules = app.rules.image.effective(settings)
    return {
        "full_name": app.full_name,
        "api_key": app.current_api_key(),
        "private": app.rules.private,
        "presets": sorted(app.rules.presets),
        "presets_only": bool(rules.presets_only),
        "sizes": list(rules.sizes or ()),
        "filters": list(rules.filters or ()),
        "max_side": rules.max_side,
        "max_filters": rules.max_filters,
    }
