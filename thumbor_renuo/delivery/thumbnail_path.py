"""The path of a thumbnail, `/t/<options>/u/<key>` or `/r/<key>/~/<options>@<variant>`."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from thumbor_renuo.delivery.derivative import derivative_key
from thumbor_renuo.delivery.filter_calls import Known
from thumbor_renuo.delivery.options import Options
from thumbor_renuo.errors import InvalidOptions, InvalidPath
from thumbor_renuo.s3.object_key import ObjectKey, decode_path

ROUTE = r"/(?:t|thumb|r)/.*"
THUMBNAIL = re.compile("^/(?:t|thumb)/")
DEMANDS = ("jpeg", "png", "webp", "avif", "gif")
MARKERS = ("auto", "auto-webp", "auto-avif")
ALIASES = {"jpg": "jpeg"}
PresetsOf = Callable[[str], Mapping[str, str]]
NO_FILTERS: Known = {}


@dataclass(frozen=True)
class ThumbnailPath:
    """What a path asks for.

    Attributes:
        key: the original.
        options: canonical text with the preset by its name: `p:card/filters:quality(10)`.
        expanded: canonical options of Thumbor, the preset's among them.
        parameters: `expanded` as Thumbor's grammar names it; what is absent is None.
        own: the parameters that the path names itself, beside a preset.
        preset: its name, or nothing.
        variant: one of DEMANDS or MARKERS, or nothing.
    """

    key: ObjectKey
    options: str
    expanded: str
    parameters: Mapping[str, Any]
    own: Mapping[str, Any]
    preset: str = ""
    variant: str = ""

    @classmethod
    def parse(
        cls,
        raw_path: str,
        *,
        presets_of: PresetsOf = lambda _app: {},
        filters: Known = NO_FILTERS,
    ) -> Self:
        """Understand a request's raw path: percent-decoded once, after it was split.

        Args:
            presets_of: the options behind `p:<name>`, for the app of a full name; asked as soon as
                the key is known, before the options are understood.
            filters: Thumbor's filter classes that are switched on, by name; without any,
                filters are neither checked nor written anew.

        Raises:
            InvalidPath: it is of neither form, or has no key of ours.
            InvalidOptions: names the part, filter, argument, preset or variant that is wrong.
        """
        before, after = _split(raw_path)
        is_derivative = raw_path.startswith("/r/")
        raw_key, raw_options = (before, after) if is_derivative else (after, before)
        key = ObjectKey.parse(decode_path(raw_key))
        presets = presets_of(key.app)
        text, variant = split_variant(decode_path(raw_options))
        if is_derivative and not variant:
            raise InvalidOptions("a path under /r/ ends in @<variant>, such as @webp")
        return cls(key, **_understood(text, presets, filters), variant=variant)

    @property
    def signed_part(self) -> str:
        """What Thumbor signs: with the `u/`, `9x9/smart` of `a` and `9x9` of `smart/a` differ."""
        return f"{self.expanded}/u/{self.key.quoted}" if self.expanded else f"u/{self.key.quoted}"

    def derivative(self, variant: str) -> str | None:
        """The S3 key that the result is stored under, or None where there is no safe one.

        Args:
            variant: one of DEMANDS or MARKERS.
        """
        return derivative_key(self.key, self.options, variant)

    def with_options(self, expanded: str) -> "ThumbnailPath":
        """The same path with other options, canonical ones; a preset is none any more."""
        if expanded == self.expanded:
            return self
        parameters = Options.parse(expanded, NO_FILTERS).parameters
        return replace(
            self,
            options=expanded,
            expanded=expanded,
            parameters=parameters,
            own=parameters,
            preset="",
        )


def split_variant(text: str) -> tuple[str, str]:
    """Options and variant of `<options>@<variant>`; filters end in `)` and may have an `@` within.

    Raises:
        InvalidOptions: there is no such variant.
    """
    if text.endswith(")") or "@" not in text:
        return text, ""
    options, _, word = text.rpartition("@")
    variant = ALIASES.get(word, word)
    if variant not in DEMANDS + MARKERS:
        known = ", ".join(DEMANDS + MARKERS)
        raise InvalidOptions(f"there is no variant {word[:40]!r}: it is one of {known}")
    return options, variant


def _split(raw_path: str) -> tuple[str, str]:
    if raw_path.startswith("/r/"):
        before, mark, after = raw_path.removeprefix("/r/").partition("/~/")
        if not mark:
            raise InvalidPath(
                "the path is not of the form /r/<object key>/~/<options>@<variant>: it has no /~/"
            )
        return before, after
    # An original without options is /t/u/<key>.
    before, mark, after = THUMBNAIL.sub("/", raw_path).partition("/u/")
    if not mark:
        raise InvalidPath("the path is not of the form /t/<options>/u/<key>: it has no /u/")
    return before.removeprefix("/"), after


def _understood(text: str, presets: Mapping[str, str], filters: Known) -> dict[str, Any]:
    if not text.startswith("p:"):
        own = Options.parse(text, filters)
        parameters = own.parameters
        return {
            "options": str(own), "expanded": str(own), "parameters": parameters, "own": parameters,
        }  # fmt: skip
    name, slash, rest = text.removeprefix("p:").partition("/")
    if slash and not rest:
        raise InvalidOptions("the options have an empty part")
    preset, own = preset_options(name, presets, filters), Options.parse(rest, filters)
    merged = preset.followed_by(own)
    return {
        # A default behind a preset is no default: it takes the preset's part away.
        "options": f"p:{name}/{own.with_defaults}" if own.parts else f"p:{name}",
        "expanded": str(merged),
        "parameters": merged.parameters,
        "own": own.parameters,
        "preset": name,
    }


def preset_options(name: str, presets: Mapping[str, str], filters: Known) -> Options:
    """What stands behind `p:<name>`.

    Args:
        filters: those that are switched on, by name.

    Raises:
        InvalidOptions: there is no such preset, or it is faulty.
    """
    text = presets.get(name, "")
    if not text:
        raise InvalidOptions(f"there is no preset {name[:50]!r}")
    if text.startswith("p:"):
        raise InvalidOptions(f"the preset {name!r} is faulty: it may not name a preset")
    try:
        return Options.parse(text, filters)
    except InvalidOptions as error:
        raise InvalidOptions(
            f"the preset {name!r} is faulty: {error}", limit=error.limit
        ) from error
