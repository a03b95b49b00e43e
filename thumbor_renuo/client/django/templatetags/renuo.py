"""`{% load renuo %}`: image_url, image_srcset, image_preset, image_original.

For private apps there are signed_image_url and signed_image_srcset. What they all give holds no
character that HTML would have to escape.
"""

from collections.abc import Iterable
from typing import Any

from django import template  # type: ignore[import-untyped]

from thumbor_renuo.client.django.images import images

register = template.Library()


@register.simple_tag
def image_url(key: str, options: str = "", **more: Any) -> str:
    """`{% image_url key "300x300" format="webp" filters="quality(80)" %}`: as ImageUrls.url."""
    return images().url(key, options, **more)


@register.simple_tag
def image_preset(key: str, name: str) -> str:
    """`{% image_preset key "card" %}`: as ImageUrls.preset."""
    return images().preset(key, name)


@register.simple_tag
def image_original(key: str) -> str:
    """`{% image_original key %}`: as ImageUrls.original."""
    return images().original(key)


@register.simple_tag
def image_srcset(
    key: str,
    *widths: int,
    densities: str | float | Iterable[float] | None = None,
    **more: Any,
) -> str:
    """`{% image_srcset key 320 640 options="smart" format="webp" %}`: as ImageUrls.srcset.

    Args:
        widths: in pixels, one after the other.
        densities: instead of widths, `densities="1 2"`; a list of numbers does as well.
    """
    return images().srcset(
        key,
        widths or None,
        densities=None if densities is None else _numbers(densities),
        **more,
    )


@register.simple_tag
def signed_image_url(key: str, options: str = "", **more: Any) -> str:
    """`{% signed_image_url key "300x300" expires_in=600 %}`: as ImageUrls.signed_url."""
    return images().signed_url(key, options, **more)


@register.simple_tag
def signed_image_srcset(key: str, *widths: int, **more: Any) -> str:
    """`{% signed_image_srcset key 320 640 options="smart" %}`: as ImageUrls.signed_srcset."""
    return images().signed_srcset(key, widths, **more)


def _numbers(given: str | float | Iterable[float]) -> list[float]:
    if isinstance(given, str):
        return [float(text) for text in given.replace(",", " ").split()]
    return [given] if isinstance(given, int | float) else list(given)
