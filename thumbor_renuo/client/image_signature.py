"""Tokens of signed image paths, `/s/<token>/…`: what a private app's images are served under."""

import hmac
import math
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterable

from thumbor_renuo.client.private_key import PrivateKey

VERSION = "v1"
PURPOSE = b"thumbor_renuo image url v1"
ID_LETTERS = 8
MAX_WIDTH = 65535
MAX_WIDTHS = 32
MAX_SECONDS = 365 * 86400  # a day less than the service takes: clocks differ
STEPS = 10
ORIGINAL, THUMBNAILS, EVERYTHING = "o", "t", "a"
SCOPES = (ORIGINAL, THUMBNAILS, EVERYTHING)


def token(digest: str, key: str, expires: int, scope: str) -> str:
    """A token for one object.

    Args:
        digest: the private key's SHA-256 in hex.
        key: the object key, not percent-encoded.
        expires: seconds since 1970.
        scope: one of SCOPES, or of width_scope().
    """
    key_id = digest[:ID_LETTERS]
    text = f"{VERSION}\n{key_id}\n{expires}\n{scope}\n{key}"
    secret = hmac.digest(bytes.fromhex(digest), PURPOSE, "sha256")
    signature = urlsafe_b64encode(hmac.digest(secret, text.encode(), "sha256")).rstrip(b"=")
    return f"{key_id}.{expires}.{scope}.{signature.decode()}"


def width_scope(widths: Iterable[int]) -> str:
    """The scope of thumbnails of these widths, in pixels.

    Raises:
        ValueError: says what is wrong with them.
    """
    found = set(widths)
    for width in found:
        if isinstance(width, bool) or not isinstance(width, int) or not 0 < width <= MAX_WIDTH:
            raise ValueError(f"the width {width!r} is no whole number from 1 to {MAX_WIDTH}")
    if not 0 < len(found) <= MAX_WIDTHS:
        raise ValueError(f"a signature takes 1 to {MAX_WIDTHS} widths, not {len(found)}")
    return "w" + "-".join(map(str, sorted(found)))


class ImageSigner:
    """Makes tokens with an app's private key.

    Args:
        clock: seconds since 1970.
    """

    def __init__(self, private_key: PrivateKey, clock: Callable[[], float] = time.time) -> None:
        self._digest = private_key.digest
        self._clock = clock

    def __repr__(self) -> str:
        return "ImageSigner(…)"

    def sign(self, key: str, scope: str, expires_in: int) -> str:
        """A token for one object.

        Args:
            key: the object key, not percent-encoded.
            scope: one of SCOPES, or of width_scope().
            expires_in: seconds for which it counts at least, and up to a tenth more: so URLs
                that are made within a tenth of it are equal, and browsers keep the image.

        Raises:
            ValueError: expires_in is no whole number of seconds up to a year.
        """
        if (
            isinstance(expires_in, bool)
            or not isinstance(expires_in, int)
            or not 0 < expires_in <= MAX_SECONDS
        ):
            raise ValueError(f"expires_in {expires_in!r} is no number from 1 to {MAX_SECONDS}")
        now, step = math.ceil(self._clock()), max(1, expires_in // STEPS)
        expires = -(-(now + expires_in) // step) * step
        return token(self._digest, key, min(expires, now + MAX_SECONDS), scope)
