"""What the server tells of an app."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from thumbor_renuo.client.answer_fields import Fields


@dataclass(frozen=True)
class AppInfo:
    """What the server tells of an app.

    Attributes:
        app: its full name, `shop-live`.
        cdn_host: without a scheme.
        publish: `at once` or `verified`.
        content_types: media types and patterns; None allows any.
        min_bytes, max_bytes: of one file.
        max_files: what a page lets choose; None for any number.
        max_pixels: of an image, width times height; None where larger ones are let through.
        policy_seconds: how long a signature may be used.
        texts: for the app's pages.
    """

    app: str
    cdn_host: str
    publish: str
    content_types: tuple[str, ...] | None
    min_bytes: int
    max_bytes: int
    max_files: int | None
    max_pixels: int | None
    policy_seconds: int
    texts: Mapping[str, str]

    @classmethod
    def of(cls, value: Any) -> Self:
        """From `GET /apps/<api key>`."""
        fields = Fields(value)
        types = fields.optional("content_types", list)
        return cls(
            app=fields.take("app", str),
            cdn_host=fields.take("cdn_host", str),
            publish=fields.take("publish", str),
            content_types=None if types is None else tuple(map(str, types)),
            min_bytes=fields.take("min_bytes", int),
            max_bytes=fields.take("max_bytes", int),
            max_files=fields.optional("max_files", int),
            max_pixels=fields.optional("max_pixels", int),
            policy_seconds=fields.take("policy_seconds", int),
            texts=fields.texts("texts"),
        )
