"""The format that a thumbnail is made in: demanded, or negotiated by the client's Accept."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

DEMANDS = ("jpeg", "png", "webp", "avif", "gif")
EVERYBODY = ("jpeg", "png", "gif")
MARKERS = {
    "auto-avif": ("avif", "webp", *EVERYBODY),
    "auto-webp": ("webp", *EVERYBODY),
    "auto": EVERYBODY,
}
MODERN = ("avif", "webp")
ANIMATED = ("gif", "png", "webp", "avif")  # a JPEG of several pictures is no animation
MAX_ACCEPT = 2000  # browsers send under 300 characters
WEIGHT = re.compile(r"0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?")  # RFC 9110, 12.4.2
FORMAT = re.compile(r"(?:^|(?<=\):))format\(([^)]*)\)")


@lru_cache(maxsize=256)
def negotiate(accept: str | None, formats: tuple[str, ...] = MODERN) -> str:
    """Name what a client takes by its header Accept (RFC 9110, 12.5.1).

    AVIF and WebP count only where the header names them: clients that know neither send `*/*`,
    too. Of what is named, the larger weight wins, and of equal ones AVIF, WebP, all else. What
    is malformed counts as not there.

    Args:
        formats: of avif and webp, those that are offered at all.

    Returns:
        `auto-avif` (which takes WebP, too), `auto-webp` or `auto`.
    """
    weights = _weights(accept or "")
    best, marker = _weight_of_others(weights), "auto"
    for name in reversed(MODERN):
        weight = weights.get(f"image/{name}", 0)
        if name in formats and weight and weight >= best:
            best, marker = weight, f"auto-{name}"
    # A client that refuses WebP is promised nothing that may be WebP.
    return "auto" if weights.get("image/webp") == 0 else marker


def taken(marker: str) -> tuple[str, ...]:
    """The formats that the clients behind a marker take, the best first."""
    return MARKERS[marker]


def choose(
    marker_or_demand: str,
    *,
    source: str,
    is_animated: bool,
    has_alpha: bool,
    formats: Sequence[str] = MODERN,
) -> str:
    """The concrete format, one of DEMANDS.

    A demand is obeyed. For a marker, an animation stays what it is where the client takes that
    (an animated GIF or PNG always): only its own format is sure to keep it moving. Where the
    client does not, a still picture is made. Those are AVIF or WebP where they are taken; else a
    JPEG, PNG or GIF stays what it is, and of all others those with transparency become PNG and
    those without JPEG. A JPEG that a filter has made transparent becomes PNG, too.

    Args:
        marker_or_demand: a key of MARKERS, or one of DEMANDS.
        source: the original's format, by the names of DEMANDS (or any other: tiff, svg).
        is_animated: whether the original has several frames.
        has_alpha: whether the finished picture has transparent pixels.
        formats: of avif and webp, those that are offered at all.
    """
    if marker_or_demand in DEMANDS:
        return marker_or_demand
    takes = taken(marker_or_demand)
    if is_animated and source in ANIMATED and source in takes:
        return source
    for name in takes:
        if name in MODERN and name in formats:
            return name
    if source in ("png", "gif") or (source == "jpeg" and not has_alpha):
        return source
    return "png" if has_alpha else "jpeg"


def demanded(variant: str, filters: str | None) -> str:
    """The format that the path demands, or "".

    `@<format>` outranks `format(…)`, for the derivative's key says it; of several such filters
    the last counts, as with Thumbor.

    Args:
        variant: what follows the `@`: a demand, a marker or "".
        filters: as Thumbor's parameters have them, `a(1):b(2)`, or None.
    """
    if variant in DEMANDS:
        return variant
    named = FORMAT.findall(filters or "")
    word = named[-1].strip().strip("'").lower() if named else ""
    return "jpeg" if word == "jpg" else word


def is_negotiated(variant: str, filters: str | None) -> bool:
    """Whether the format depends on Accept, so that the answer needs `Vary: Accept`."""
    return not variant and not demanded(variant, filters)


def _weights(accept: str) -> dict[str, float]:
    """The weight of each media range without parameters; of one named twice the lower."""
    weights: dict[str, float] = {}
    for name, weight in _ranges(accept):
        weights[name] = min(weight, weights.get(name, 1))
    return weights


def _ranges(accept: str) -> Iterator[tuple[str, float]]:
    if len(accept) > MAX_ACCEPT:
        return
    for item in accept.lower().split(","):
        name, *parameters = (part.strip(" \t") for part in item.split(";"))
        key, _, value = (parameters[0] if parameters else "q=1").partition("=")
        # A range with parameters of its own (`image/webp;v=2`) is about files that are not ours.
        if key == "q" and WEIGHT.fullmatch(value):
            yield name, float(value)


def _weight_of_others(weights: dict[str, float]) -> float:
    """What the client gives JPEG or PNG, whichever it likes better, by the closest range."""
    return max(
        next((weights[name] for name in names if name in weights), 0)
        for names in (("image/jpeg", "image/*", "*/*"), ("image/png", "image/*", "*/*"))
    )
