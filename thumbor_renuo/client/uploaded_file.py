"""What the server tells of an upload: its signature, and the file once it is there."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

from thumbor_renuo.client.answer_fields import Fields, path_in_app


@dataclass(frozen=True)
class SignedUpload:
    """Permission to upload one file to the bucket; whoever has it may use it.

    Attributes:
        method: POST or PUT.
        url: where the file goes.
        fields: for a POST, everything to post, verbatim and in order; then `file`.
        headers: for a PUT, to be sent verbatim.
        key: the object key; `q/…` where a file waits for its check.
        public_url: without a scheme, `//<CDN>/o/…`.
        thumbnail_url_template: the same with `{options}` to be replaced.
        expires_at: with a time zone.
        token: for complete().
    """

    method: str
    url: str = field(repr=False)
    fields: Mapping[str, str] = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    key: str
    public_url: str
    thumbnail_url_template: str
    expires_at: datetime
    token: str = field(repr=False)

    @property
    def file_path(self) -> str:
        """What apps keep in their database: the key without `o/<app>/`."""
        return path_in_app(self.key)

    @classmethod
    def of(cls, value: Any) -> Self:
        """From `POST /generate_policy`."""
        fields = Fields(value)
        return cls(
            **fields.take_texts("method", "url", "key", "token"),
            **fields.take_texts("public_url", "thumbnail_url_template"),
            fields=fields.texts("fields"),
            headers=fields.texts("headers"),
            expires_at=fields.time("expires_at"),
        )


@dataclass(frozen=True)
class ImageFacts:
    """What an uploaded image is.

    Attributes:
        width, height: in pixels, as it is shown.
        orientation: EXIF's, 1 to 8.
        format: `jpeg` for example.
        frames: more than 1 for an animation.
        dominant_color: `#rrggbb`.
        thumbhash: base64, a placeholder for a page to show while the image loads.
    """

    width: int
    height: int
    orientation: int
    format: str
    frames: int
    has_alpha: bool
    dominant_color: str | None
    thumbhash: str | None

    @classmethod
    def of(cls, value: Any) -> Self:
        """From `image` of `POST /uploads/complete`."""
        fields = Fields(value)
        return cls(
            width=fields.take("width", int),
            height=fields.take("height", int),
            orientation=fields.take("orientation", int),
            format=fields.take("format", str),
            frames=fields.take("frames", int),
            has_alpha=fields.take("has_alpha", bool),
            dominant_color=fields.optional("dominant_color", str),
            thumbhash=fields.optional("thumbhash", str),
        )


@dataclass(frozen=True)
class UploadedFile:
    """A file that is in the bucket.

    Attributes:
        key: the object key.
        file_path: what apps keep in their database: the key without `o/<app>/`.
        public_url: without a scheme, `//<CDN>/o/…`.
        thumbnail_url_template: the same with `{options}` to be replaced.
        size: in bytes.
        etag: as S3 has it; None for an upload that was not completed.
        image: None for what is no image, and for an upload that was not completed.
    """

    key: str
    file_path: str
    public_url: str
    thumbnail_url_template: str
    size: int
    content_type: str
    etag: str | None = None
    image: ImageFacts | None = None

    @classmethod
    def of(cls, value: Any) -> Self:
        """From `POST /uploads/complete`."""
        fields = Fields(value)
        image = fields.optional("image", dict)
        return cls(
            **fields.take_texts("key", "file_path", "content_type"),
            **fields.take_texts("public_url", "thumbnail_url_template"),
            size=fields.take("size", int),
            etag=fields.take("etag", str),
            image=None if image is None else ImageFacts.of(image),
        )
