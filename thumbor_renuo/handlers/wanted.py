"""What one request for an image wants, understood and checked."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple

from thumbor_renuo.config import Settings
from thumbor_renuo.delivery import cache_policy
from thumbor_renuo.delivery.focal_point import focal_share
from thumbor_renuo.delivery.limits import Limits, images_in_filters
from thumbor_renuo.delivery.output_format import EVERYBODY, demanded, taken
from thumbor_renuo.delivery.output_size import cropped, steps
from thumbor_renuo.delivery.thumbnail_etag import thumbnail_etag
from thumbor_renuo.delivery.thumbnail_path import ThumbnailPath
from thumbor_renuo.errors import InvalidOptions
from thumbor_renuo.image_rules import ImageRules
from thumbor_renuo.imaging.cost import Job
from thumbor_renuo.imaging.header import Header
from thumbor_renuo.logs import ENCODE
from thumbor_renuo.s3.object_key import ObjectKey

MAX_AGE = re.compile(r"(?:^|(?<=\):))max_age\((\d+)\)")


class Validators(NamedTuple):
    """What tells one state of an image from another (RFC 9110, 8.8).

    Attributes:
        images: the ETags of further images, where they were asked for.
    """

    etag: str
    last_modified: datetime
    images: Sequence[str] | None = None


@dataclass(frozen=True)
class Wanted:
    """One image.

    Attributes:
        app: the folder that the original lies in, and whose turn it is to be served.
        key: of the original.
        rules: of its app, complete.
        url: the signed path, which Thumbor checks.
        parameters: Thumbor's, of that path.
        variant: what the client takes (`auto…`) or demands; None where Thumbor decides.
        engine: what makes the image, for its ETag.
        settings: the deployment's.
        path: what was asked for; None for Thumbor's own signed URLs, which have no limits.
        derivative: the key under which it is stored; None where it is not.
    """

    app: str
    key: ObjectKey
    rules: ImageRules
    url: str
    parameters: Mapping[str, Any] = field(hash=False)
    variant: str | None
    engine: str
    settings: Settings
    path: ThumbnailPath | None = None
    derivative: str | None = None

    @cached_property
    def name(self) -> str:
        """The same for requests that get the same bytes."""
        # As JSON, for a key and options may hold whatever stands between two of them.
        return ENCODE([str(self.key), self.options, self.variant, self.engine])

    @property
    def options(self) -> str:
        """All of Thumbor's options."""
        return self.path.expanded if self.path else self.url

    @cached_property
    def images(self) -> list[str]:
        """The further images that its filters name."""
        return images_in_filters(self.parameters.get("filters"))

    @property
    def max_age(self) -> int | None:
        """What the filter max_age asks for, in seconds."""
        found = MAX_AGE.findall(self.parameters.get("filters") or "")
        return int(found[-1]) if found else None

    def etag(self, source: str, images: Sequence[str], metadata: Mapping[str, str]) -> str:
        """The image's ETag, from those of the original and of the further images.

        Args:
            metadata: the original's, given by whoever has uploaded it.
        """
        focal = focal_share(metadata)  # it may be given to the same bytes later
        source = f"{source} {focal.across} {focal.down}" if focal else source
        return thumbnail_etag(
            source, self.options, str(self.variant), images=images, engine=self.engine
        )

    @cached_property
    def cache_control(self) -> str:
        """How long the image may be kept."""
        is_immutable = cache_policy.is_immutable(self.key)
        return cache_policy.for_image(
            self.settings, is_immutable=is_immutable, max_age=self.max_age
        )

    def job(self, data: bytes, header: Header, further: Sequence[Header]) -> Job:
        """What is to be done to an original, as far as the path tells.

        Args:
            further: the headers of the images that filters name.
        """
        width, height = header.width, header.height
        box = made = (width, height)
        try:
            box = cropped(self.parameters, width, height)
            sizes = steps(self.parameters, width, height)
        except (InvalidOptions, ValueError, ArithmeticError):  # a signed path's may be anything
            sizes = [made]
        filters = bool(self.parameters.get("filters"))
        return Job(data, header, box, sizes, self.formats(header), filters, further)

    def formats(self, header: Header) -> tuple[str, ...]:
        """Those of which the image will be one."""
        named = demanded(self.variant or "", self.parameters.get("filters"))
        if named:
            return (named,)
        if self.variant is None:  # Accept decides
            return ("avif",)
        modern = [name for name in taken(self.variant) if name in self.settings.auto_formats]
        return (*modern, header.format if header.format in EVERYBODY else "jpeg")

    def check_source(self, width: int, height: int, frames: int) -> None:
        """Hold the original to the limits that only it can tell of.

        Raises:
            OriginalTooLarge, InvalidOptions: names the limit.
        """
        limits = Limits(self.rules)
        if self.path is None:
            limits.check_original(width * height * frames, frames)
        else:
            limits.check_source(self.path, width=width, height=height, frames=frames)
