"""The ImageUrls that Django's settings describe."""

from functools import lru_cache

from django.conf import settings  # type: ignore[import-untyped]
from django.core.exceptions import ImproperlyConfigured  # type: ignore[import-untyped]

from thumbor_renuo.client.image_urls import ImageUrls


def images() -> ImageUrls:
    """Of RENUO_CDN_HOST and RENUO_APP.

    Raises:
        ImproperlyConfigured: the host is missing, or one of them is wrong.
    """
    host, app = getattr(settings, "RENUO_CDN_HOST", None), getattr(settings, "RENUO_APP", None)
    try:
        return _made(host, app)
    except (ValueError, TypeError) as error:
        raise ImproperlyConfigured(f"RENUO_CDN_HOST, RENUO_APP: {error}") from None


@lru_cache(maxsize=8)
def _made(host: str, app: str | None) -> ImageUrls:
    return ImageUrls(host, app)
