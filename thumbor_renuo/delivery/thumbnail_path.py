"""The path of a thumbnail, `/t/<options>/u/<key>`: split, decoded once and understood."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from libthumbor.url import Url

from thumbor_renuo.errors import InvalidOptions, InvalidPath
from thumbor_renuo.s3.object_key import ObjectKey, decode_path

ROUTE = r"/(?:t|thumb)/.*"
PRESET = re.compile("p:(.*)")
PresetsOf = Callable[[str], Mapping[str, str]]
GRAMMAR = re.compile(Url.regex(has_unsafe_or_hash=False))
# Stands for the image while the options are matched: Thumbor's grammar would swallow what it does
# not know into the image's name, and take a key `smart/…` for an option.
IMAGE = "\N{FRAME WITH PICTURE}"


@dataclass(frozen=True)
class ThumbnailPath:
    """What `/t/…` asks for.

    Attributes:
        options: Thumbor's options as text, percent-decoded, without slashes around.
        parameters: the same, as Thumbor's grammar names them.
        key: the original.
    """

    options: str
    parameters: dict[str, Any]
    key: ObjectKey

    @classmethod
    def parse(cls, raw_path: str, presets_of: PresetsOf = lambda _app: {}) -> Self:
        """Understand a request's raw path.

        Args:
            presets_of: the options behind `p:<name>`, for the app of a full name.

        Raises:
            InvalidPath: no `/u/`, or no key of ours behind it.
            InvalidOptions: names the part that is no option.
        """
        tail = re.sub("^/(?:t|thumb)/", "", raw_path)
        # An original without options is /t/u/<key>.
        before, mark, after = ("/" + tail).partition("/u/")
        if not mark:
            raise InvalidPath("the path is not of the form /t/<options>/u/<key>: it has no /u/")
        options, key = decode_path(before).removeprefix("/"), ObjectKey.parse(decode_path(after))
        if named := PRESET.fullmatch(options):
            options = presets_of(key.app).get(named[1], "")
            if not options:
                raise InvalidOptions(f"there is no preset {named[1][:50]!r}")
        return cls(options, parse_options(options), key)

    @property
    def signed_part(self) -> str:
        """What Thumbor signs: with the `u/`, `9x9/smart` of `a` and `9x9` of `smart/a` differ."""
        return f"{self.options}/u/{self.key.quoted}" if self.options else f"u/{self.key.quoted}"


def parse_options(options: str) -> dict[str, Any]:
    """Match the options alone with Thumbor's grammar.

    Raises:
        InvalidOptions: names the part that is no option.
    """
    if not options:
        return _named(GRAMMAR.fullmatch(IMAGE))
    if options.startswith("/"):  # Thumbor would take it: a second name for the same picture
        raise InvalidOptions("the options begin with an empty part")
    match = GRAMMAR.fullmatch(f"{options}/{IMAGE}")
    named = _named(match)
    if match is None or named["image"] != IMAGE:
        rest = (named.get("image") or options).removesuffix(f"/{IMAGE}")
        raise InvalidOptions(f"the options are not understood from {rest[:100]!r} on")
    if named["debug"]:
        raise InvalidOptions("the option 'debug' is not available")
    return named


def _named(match: "re.Match[str] | None") -> dict[str, Any]:
    return match.groupdict() if match else {}
