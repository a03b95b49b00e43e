"""URLs of images on the CDN: originals, thumbnails in any size, and srcset lists."""

import re
import time
from collections.abc import Callable, Iterable
from typing import TypeVar

from thumbor_renuo.client.image_signature import (
    ORIGINAL,
    SCOPES,
    THUMBNAILS,
    ImageSigner,
    width_scope,
)
from thumbor_renuo.client.object_key import check_app, object_key, quoted
from thumbor_renuo.client.private_key import PrivateKey
from thumbor_renuo.client.thumbnail_options import ThumbnailOptions

HOST = re.compile(
    r"(?:(?P<scheme>https?:)?//)?(?P<host>(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?)/?"
)
MAX_SIDE = 65535
MAX_DENSITY = 10
Number = TypeVar("Number", int, float)


class ImageUrls:
    """Builds URLs, offline; may be shared among threads.

    No URL holds a character that HTML would have to escape.

    Args:
        host: the CDN's, `cdn.example.com`; `http://localhost:8888` where it has no https.
        app: the app's full name, `shop-live`: allows file paths instead of object keys.
        private_key: the app's secret; needed for signed URLs, and in none of them.
        clock: seconds since 1970.

    Raises:
        ValueError: the host, the app or the private key is none.

    Example:
        >>> images = ImageUrls("cdn.example.com", app="shop-live")
        >>> images.url("qstu/0b1c/hat.jpg", "fit-in/300x300", format="webp")
        'https://cdn.example.com/t/fit-in/300x300/filters:format(webp)/u/o/shop-live/qstu/0b1c/hat.jpg'
    """

    def __init__(
        self,
        host: str,
        app: str | None = None,
        *,
        private_key: str | PrivateKey | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        found = HOST.fullmatch(host) if isinstance(host, str) else None
        if found is None:
            raise ValueError(f"the CDN's host {host!r} is not like 'cdn.example.com'")
        self.address = f"{found['scheme'] or 'https:'}//{found['host']}"
        self.app = None if app is None else check_app(app)
        if private_key is not None and not isinstance(private_key, PrivateKey):
            private_key = PrivateKey(private_key)
        self._signer = None if private_key is None else ImageSigner(private_key, clock)

    def __repr__(self) -> str:
        return f"ImageUrls({self.address!r}, app={self.app!r})"

    def original(self, key: str) -> str:
        """The URL of the file as it was uploaded.

        Args:
            key: an object key `o/<app>/…`, or a file path where the app is known; in either
                case not percent-encoded.

        Raises:
            ValueError: says what is wrong with the key.
        """
        return f"{self.address}/{quoted(object_key(key, self.app))}"

    def url(
        self,
        key: str,
        options: str = "",
        *,
        format: str | None = None,  # noqa: A002 - the filter's own name
        filters: str | Iterable[str] = (),
    ) -> str:
        """The URL of a thumbnail.

        Args:
            key: as for original().
            options: Thumbor's, `300x300/smart`, or `p:<preset>`; not percent-encoded.
            format: jpeg, png, webp, avif or gif; None lets the server choose what the
                browser takes.
            filters: calls like `quality(80)`, put behind those of the options.

        Raises:
            ValueError: says what is wrong.
        """
        return self._thumbnail(key, ThumbnailOptions.parse(options).with_filters(filters, format))

    def preset(self, key: str, name: str) -> str:
        """The URL of a thumbnail whose options are kept on the server under a name.

        Raises:
            ValueError: says what is wrong.
        """
        return self._thumbnail(key, ThumbnailOptions.preset(name))

    def srcset(
        self,
        key: str,
        widths: Iterable[int] | None = None,
        *,
        densities: Iterable[float] | None = None,
        options: str = "",
        format: str | None = None,  # noqa: A002 - the filter's own name
        filters: str | Iterable[str] = (),
    ) -> str:
        """The value of an img's srcset: the same picture in several sizes.

        Args:
            widths: in pixels, for a layout that stretches. A size among the options is scaled
                to each; without one the height follows the picture's.
            densities: instead of widths, for a fixed size among the options: it is multiplied.
            key, options, format, filters: as for url().

        Raises:
            ValueError: says what is wrong.

        Example:
            >>> ImageUrls("cdn.example.com").srcset("o/shop-live/a/hat.jpg", [320, 640])
            'https://cdn.example.com/t/320x0/u/o/shop-live/a/hat.jpg 320w, \
https://cdn.example.com/t/640x0/u/o/shop-live/a/hat.jpg 640w'
        """
        base = ThumbnailOptions.parse(options).with_filters(filters, format)
        if (widths is None) == (densities is None):
            raise ValueError("a srcset takes either widths or densities")
        if widths is not None:
            chosen = [(base.with_width(w), f"{w}w") for w in _checked(widths, "width", MAX_SIDE)]
        else:
            numbers = _checked(densities or (), "density", MAX_DENSITY)
            chosen = [(base.times(number), f"{number:g}x") for number in numbers]
        return ", ".join(f"{self._thumbnail(key, sized)} {mark}" for sized, mark in chosen)

    # -- private apps ---------------------------------------------------------------------------

    def signed_url(
        self,
        key: str,
        options: str = "",
        *,
        expires_in: int = 3600,
        widths: Iterable[int] | None = None,
        original: bool = False,
    ) -> str:
        """The URL of an image of a private app, for whoever has it and for a while.

        Args:
            key, options: as for url().
            expires_in: seconds for which it counts at least, and up to a tenth more: so URLs
                that are made within a tenth of it are equal, and browsers keep the image.
            widths: bind the signature to thumbnails of these widths, in pixels; it covers all of
                them. None binds it to no size.
            original: the file as it was uploaded, and no thumbnail.

        Raises:
            ValueError: says what is wrong, or that there is no private key.
        """
        if original and (options or widths is not None):
            raise ValueError("an original takes no options and no widths")
        if original:
            token = self.signature(key, ORIGINAL, expires_in=expires_in)
            return f"{self.address}/s/{token}/{quoted(object_key(key, self.app))}"
        chosen = ThumbnailOptions.parse(options)
        if widths is None:
            return self._thumbnail(key, chosen, self.signature(key, expires_in=expires_in))
        allowed = list(widths)
        token = self.signature(key, allowed, expires_in=expires_in)
        chosen.check_width(allowed)
        return self._thumbnail(key, chosen, token)

    def signed_srcset(
        self, key: str, widths: Iterable[int], *, options: str = "", expires_in: int = 3600
    ) -> str:
        """The value of an img's srcset for a private app: one signature covers all widths.

        Args:
            key, widths, options: as for srcset().
            expires_in: as for signed_url().

        Raises:
            ValueError: says what is wrong, or that there is no private key.
        """
        base, allowed = ThumbnailOptions.parse(options), _checked(widths, "width", MAX_SIDE)
        token = self.signature(key, allowed, expires_in=expires_in)
        sized = [(base.with_width(width), width) for width in allowed]
        return ", ".join(f"{self._thumbnail(key, one, token)} {width}w" for one, width in sized)

    def signature(
        self, key: str, scope: str | Iterable[int] = THUMBNAILS, *, expires_in: int = 3600
    ) -> str:
        """The token alone, for who builds URLs: `/s/<token>/t/<options>/u/<key>`.

        Args:
            key: as for url().
            scope: `o` for the original, `t` for its thumbnails, `a` for both, or widths.
            expires_in: as for signed_url().

        Raises:
            ValueError: says what is wrong, or that there is no private key.
        """
        if self._signer is None:
            raise ValueError("this needs the app's private key: ImageUrls(…, private_key=…)")
        if not isinstance(scope, str):
            scope = width_scope(scope)
        elif scope not in SCOPES:
            raise ValueError(f"the scope {scope!r} is none of {', '.join(SCOPES)}")
        return self._signer.sign(object_key(key, self.app), scope, expires_in)

    def _thumbnail(self, key: str, options: ThumbnailOptions, token: str = "") -> str:
        signed, before = (
            f"/s/{token}" if token else "",
            f"{options.quoted}/" if str(options) else "",
        )
        return f"{self.address}{signed}/t/{before}u/{quoted(object_key(key, self.app))}"


def _checked(numbers: Iterable[Number], name: str, most: int) -> list[Number]:
    found = list(numbers)
    kinds = (int, float) if name == "density" else (int,)
    for number in found:
        if isinstance(number, bool) or not isinstance(number, kinds) or not 0 < number <= most:
            raise ValueError(f"the {name} {number!r} is no number above 0 and up to {most}")
    if not found or len(set(found)) < len(found):
        raise ValueError(f"a srcset takes at least one {name}, and each once")
    return found
