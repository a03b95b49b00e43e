"""Signed paths of private apps, `/s/<token>/…`: made, taken apart and checked.

A token is `<key id>.<expires>.<scope>.<signature>`: the first 8 letters of the SHA-256 of a
private key, seconds since 1970, what it covers of one object, and an HMAC-SHA256 over all of it
in base64url without padding. Scopes: `o` the original, `t` its thumbnails, `w320-640` those of
these widths, `a` all.
"""

import hmac
import re
from base64 import urlsafe_b64encode
from collections.abc import Collection, Iterable
from typing import Literal

from thumbor_renuo.apps import App, Key
from thumbor_renuo.errors import Expired, Forbidden, InvalidPath
from thumbor_renuo.s3.object_key import ObjectKey

ROUTE = r"/s/.*"
VERSION = "v1"
# What an app's private key signs for one purpose is worth nothing for another.
PURPOSE = b"thumbor_renuo image url v1"
ID_LETTERS = 8
MAX_WIDTH = 65535
MAX_WIDTHS = 32
MAX_DAYS = 366
MAX_SECONDS = MAX_DAYS * 86400
SCOPE = rf"[ota]|w[1-9][0-9]{{0,4}}(?:-[1-9][0-9]{{0,4}}){{0,{MAX_WIDTHS - 1}}}"
TOKEN = re.compile(rf"([0-9a-f]{{8}})\.([1-9][0-9]{{0,11}})\.({SCOPE})\.[A-Za-z0-9_-]{{43}}")
SIGNED_PATH = re.compile(r"/s/([^/]+)(/(?:o|t|thumb)/.*)", re.DOTALL)
COVERED = {"original": {"o", "a"}, "thumbnail": {"t", "a"}}


def split(raw_path: str) -> tuple[str, str]:
    """The token of a request's raw path, empty without one, and the path behind it.

    Raises:
        InvalidPath: it begins with /s/ and is no signed path.
    """
    if not raw_path.startswith("/s/"):
        return "", raw_path
    match = SIGNED_PATH.fullmatch(raw_path)
    if match is None:
        raise InvalidPath(
            "the path is not of the form /s/<token>/o/… or /s/<token>/t/<options>/u/<key>"
        )
    return match[1], match[2]


def sign(secret_digest: str, key: ObjectKey, expires: int, scope: str) -> str:
    """A token for one object.

    Args:
        secret_digest: the private key's SHA-256 in hex, as the apps' records keep it.
        expires: seconds since 1970.

    Raises:
        ValueError: one of them is not of its form.
    """
    key_id = secret_digest[:ID_LETTERS]
    text = f"{VERSION}\n{key_id}\n{expires}\n{scope}\n{key}"
    secret = hmac.digest(bytes.fromhex(secret_digest), PURPOSE, "sha256")
    signature = urlsafe_b64encode(
        hmac.digest(secret, text.encode("utf-8", "surrogatepass"), "sha256")
    ).rstrip(b"=")
    token = f"{key_id}.{expires}.{scope}.{signature.decode()}"
    if not TOKEN.fullmatch(token):
        raise ValueError(f"{expires!r} and {scope!r} are no time and scope of a token")
    return token


def width_scope(widths: Iterable[int]) -> str:
    """The scope of these widths, in pixels.

    Raises:
        ValueError: one is out of bounds, or there are none or too many.
    """
    found = sorted(set(widths))
    if not found or len(found) > MAX_WIDTHS or found[0] < 1 or found[-1] > MAX_WIDTH:
        raise ValueError(f"a token takes 1 to {MAX_WIDTHS} widths of 1 to {MAX_WIDTH} pixels")
    return "w" + "-".join(map(str, found))


def verify(
    app: App,
    token: str,
    key: ObjectKey,
    *,
    wants: Literal["original", "thumbnail"],
    width: str | None = None,
    other_images: Collection[str] = (),
    now: float,
) -> float:
    """Check that a token covers what is asked for.

    Args:
        token: as split() found it; empty without one.
        width: the thumbnail's, as its options have it.
        other_images: images of the bucket that the visitor's own options name, as a watermark
            does; not those of a preset.
        now: seconds since 1970.

    Returns:
        the seconds for which the token counts from now on.

    Raises:
        Forbidden: there is none, it is none of this app for this object, or it does not cover
            what is asked for.
        Expired: it has ended.
    """
    if not token:
        raise Forbidden("images of this app are served under signed paths only")
    match = TOKEN.fullmatch(token)
    signer = _signer(app, token, key, now) if match else None
    if match is None or signer is None:
        raise Forbidden("the signature is none of this app's for this image")
    left = _seconds_left(int(match[2]), signer, now)
    _check_scope(match[3], wants, width or "")
    if other_images:
        # One object is what was signed: as its watermark, any other could be looked at.
        raise Forbidden("a signature covers no watermark or frame but those of presets")
    return left


def _signer(app: App, token: str, key: ObjectKey, now: float) -> Key | None:
    """The app's live private key that has made the token."""
    if key.app != app.full_name:
        return None
    key_id, expires, scope, _ = token.split(".")
    for one in app.all_private_keys:
        # The text is compared: of base64's last letter, four say the same.
        if (
            one.value.startswith(key_id)
            and one.is_live(now)
            and hmac.compare_digest(sign(one.value, key, int(expires), scope), token)
        ):
            return one
    return None


def _seconds_left(expires: int, signer: Key, now: float) -> float:
    if expires <= now:
        raise Expired("the signature has expired")
    if expires - now > MAX_SECONDS:
        raise Forbidden(f"the signature ends more than {MAX_DAYS} days from now", limit=MAX_SECONDS)
    ends = expires if signer.not_after is None else min(expires, signer.not_after.timestamp())
    return ends - now


def _check_scope(scope: str, wants: str, width: str) -> None:
    if scope in COVERED[wants]:
        return
    if wants == "original" or scope == "o":
        covered = "the original" if scope == "o" else "thumbnails"
        raise Forbidden(f"the signature covers {covered} only")
    widths = scope[1:].split("-")
    if width.lstrip("0") not in widths:
        asked = f"{width[:20]!r} is not among them" if width else "none is asked for"
        raise Forbidden(f"the signature covers the widths {', '.join(widths)}: {asked}")
