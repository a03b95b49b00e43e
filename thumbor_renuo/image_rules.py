"""What an app's images may be and how they are served: the table `image` of its record."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Self

from thumbor_renuo.config import (
    Kind,
    Settings,
    filters,
    hosts,
    number,
    rate,
    sizes,
    switch,
    text,
)


def _rule(kind: Kind, setting: str = "") -> Any:
    return field(default=None, metadata={"kind": kind, "setting": setting})


@dataclass(frozen=True)
class ImageRules:
    """An app's rules for images; None is what the deployment's options say.

    Attributes:
        max_side, max_pixels, max_filters: of a thumbnail.
        filters: the only ones allowed, as THUMBNAIL_FILTERS has them.
        sizes: the only ones allowed, as THUMBNAIL_SIZES has them.
        presets_only: whether nothing but `p:<name>` is served.
        derivatives: how many new thumbnails are stored, as a rate.
        source_max_bytes, source_max_pixels, source_max_frames: of an original to be rendered.
        remote_hosts: where watermarks and frames may come from.
        cors: whether scripts of any page may read images.
        strip_location: whether originals are served without their place.
        fallback: the key of the image that is served for a missing or broken original.
        fallback_keeps_status: whether it is served with the error's status, and not with 200.
    """

    max_side: int | None = _rule(number(1, 16383, "pixels"), "thumbnail_max_side")
    max_pixels: int | None = _rule(number(1, 268_402_689, "pixels"), "thumbnail_max_pixels")
    max_filters: int | None = _rule(number(0, 100, "filters"), "thumbnail_max_filters")
    filters: tuple[str, ...] | None = _rule(filters, "thumbnail_filters")
    sizes: tuple[str, ...] | None = _rule(sizes, "thumbnail_sizes")
    presets_only: bool | None = _rule(switch, "thumbnail_presets_only")
    derivatives: str | None = _rule(rate, "derivatives")
    source_max_bytes: int | None = _rule(number(1, 2 * 1024**3, "bytes"), "source_max_bytes")
    source_max_pixels: int | None = _rule(number(1, 2_000_000_000, "pixels"), "source_max_pixels")
    source_max_frames: int | None = _rule(number(1, 10_000, "frames"), "source_max_frames")
    remote_hosts: tuple[str, ...] | None = _rule(hosts, "remote_hosts")
    cors: bool | None = _rule(switch, "image_cors")
    strip_location: bool | None = _rule(switch, "strip_location")
    fallback: str | None = _rule(text("an object key of this app", r"o/[^\x00-\x1f\x7f]{3,1022}"))
    fallback_keeps_status: bool | None = _rule(switch)

    @classmethod
    def from_record(cls, raw: Any) -> Self:
        """Check the table.

        Raises:
            ValueError, TypeError, OverflowError: it has a faulty or an unknown field.
        """
        if not isinstance(raw, Mapping) or set(raw) - set(IMAGE_RULES):
            raise ValueError
        return cls(**{name: IMAGE_RULES[name].parse(value) for name, value in raw.items()})

    def effective(self, settings: Settings) -> "ImageRules":
        """These rules with the deployment's options in place of every None."""
        known: tuple[Settings, ImageRules] | None = self.__dict__.get("_effective")
        if known is None or known[0] is not settings:
            known = (settings, self._merged(settings))
            self.__dict__["_effective"] = known
        return known[1]

    def _merged(self, settings: Settings) -> "ImageRules":
        return ImageRules(
            **{
                rule.name: _first(
                    getattr(self, rule.name),
                    getattr(settings, rule.metadata["setting"] or "", None),
                )
                for rule in fields(self)
            }
        )


def _first(mine: Any, default: Any) -> Any:
    return default if mine is None else mine


IMAGE_RULES: dict[str, Kind] = {rule.name: rule.metadata["kind"] for rule in fields(ImageRules)}
