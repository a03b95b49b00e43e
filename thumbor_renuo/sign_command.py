"""`thumbor-renuo sign`: the URL of an image of a private app, for a while."""

import argparse
import os
import re
import time
from typing import Any
from urllib.parse import quote

from thumbor_renuo.apps import App, AppRegistry, Key
from thumbor_renuo.client.image_urls import ImageUrls
from thumbor_renuo.delivery import path_signature
from thumbor_renuo.delivery.thumbnail_path import ThumbnailPath
from thumbor_renuo.errors import ConfigurationError, RenuoError
from thumbor_renuo.s3.object_key import ObjectKey

MAX_SECONDS = 365 * 86400
# What is safe in a URL's path, and what options are written with.
LITERAL = "/:(),@"


class SignError(ConfigurationError):
    """Nothing was signed; `faults` has one line for each reason."""

    def __str__(self) -> str:
        """The reasons alone: it is no start that failed."""
        return "\n".join(self.faults)


def add_parser(commands: Any) -> argparse.ArgumentParser:
    """Add the command; the apps are those of API_KEYS and APPS_FILE, as the server's are."""
    sign: argparse.ArgumentParser = commands.add_parser(
        "sign", help="sign the URL of an image of a private app"
    )
    sign.add_argument("key", help="the object key, o/<app>/<prefix>/<name>")
    what = sign.add_mutually_exclusive_group()
    what.add_argument("--options", default="", help="of the thumbnail, 300x300/smart or p:<preset>")
    what.add_argument("--original", action="store_true", help="the file as it was uploaded")
    sign.add_argument("--widths", type=_widths, help="bind it to widths, 320,640 [any size]")
    sign.add_argument(
        "--expires-in", type=_seconds, default=3600, help="seconds for which it counts [3600]"
    )
    sign.add_argument("--apps-file", default=os.environ.get("APPS_FILE") or "", help="[APPS_FILE]")
    sign.add_argument(
        "--cdn-host",
        default=os.environ.get("CDN_HOST") or "",
        help="whose URL is printed [CDN_HOST; without it, the path alone]",
    )
    return sign


def signed(chosen: argparse.Namespace) -> str:
    """The URL, or without a CDN's host its path.

    Raises:
        SignError: says why there is none.
        ConfigurationError: the apps cannot be read.
    """
    registry = AppRegistry.load(os.environ.get("API_KEYS", ""), chosen.apps_file)
    try:
        address = ImageUrls(chosen.cdn_host).address if chosen.cdn_host else ""
        return address + _path(chosen, registry)
    except (RenuoError, ValueError) as error:
        raise SignError([str(error)]) from error


def _path(chosen: argparse.Namespace, registry: AppRegistry) -> str:
    key, now = ObjectKey.parse(chosen.key), time.time()
    app = registry.by_name(key.app)
    if app is None:
        raise ValueError(f"there is no app {key.app[:100]!r}")
    expires = int(now) + chosen.expires_in
    token = path_signature.sign(_signer(app, expires).value, key, expires, _scope(chosen))
    # What the server would refuse is not handed out.
    if chosen.original:
        path_signature.verify(app, token, key, wants="original", now=now)
        return f"/s/{token}/{key.quoted}"
    path = _thumbnail(chosen.options, key)
    width = _width(path, key, app)
    path_signature.verify(app, token, key, wants="thumbnail", width=width, now=now)
    return f"/s/{token}{path}"


def _scope(chosen: argparse.Namespace) -> str:
    if chosen.original and chosen.widths:
        raise ValueError("--original and --widths do not go together")
    if chosen.widths:
        return path_signature.width_scope(chosen.widths)
    return "o" if chosen.original else "t"


def _thumbnail(options: str, key: ObjectKey) -> str:
    before = f"{quote(options, safe=LITERAL)}/" if options else ""
    return f"/t/{before}u/{key.quoted}"


def _width(path: str, key: ObjectKey, app: App) -> str | None:
    """The width that a thumbnail's path asks for, checked as the server does."""
    asked = ThumbnailPath.parse(path, presets_of=lambda _app: app.rules.presets)
    if asked.key != key:
        raise ValueError("the options have /u/ in them")
    width: str | None = asked.parameters["width"]
    return width


def _signer(app: App, expires: float) -> Key:
    """The first private key that counts for the whole time."""
    for key in app.all_private_keys:
        if key.is_live(expires):
            return key
    raise ValueError(f"no private key of {app.full_name} counts for so long")


def _widths(text: str) -> list[int]:
    return [_whole(word, path_signature.MAX_WIDTH) for word in text.split(",")]


def _seconds(text: str) -> int:
    return _whole(text, MAX_SECONDS)


def _whole(text: str, high: int) -> int:
    if not re.fullmatch("[1-9][0-9]{0,8}", text) or int(text) > high:
        raise argparse.ArgumentTypeError(f"got {text!r}, wants whole numbers from 1 to {high:,}")
    return int(text)
