"""The ImageUrls that Django's settings describe."""

from functools import lru_cache

from django.conf import settings  # type: ignore[import-untyped]
from django.core.exceptions import ImproperlyConfigured  # type: ignore[import-untyped]

from thumbor_renuo.client.image_urls import ImageUrls

NAMES = ("RENUO_CDN_HOST", "RENUO_APP", "RENUO_PRIVATE_KEY")


def images() -> ImageUrls:
    """Of RENUO_CDN_HOST, RENUO_APP and RENUO_PRIVATE_KEY.

    Raises:
        ImproperlyConfigured: the host is missing, or one of them is wrong.
    """
    try:
        return _made(*(getattr(settings, name, None) for name in NAMES))
    except (ValueError, TypeError) as error:
        raise ImproperlyConfigured(f"{', '.join(NAMES)}: {error}") from None


@lru_cache(maxsize=8)
def _made(host: str, app: str | None, private_key: str | None) -> ImageUrls:
    return ImageUrls(host, app, private_key=private_key)
