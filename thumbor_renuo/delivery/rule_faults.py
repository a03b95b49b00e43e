"""What of an app's rules for thumbnails no request could ever use: told when they are read."""

from collections.abc import Iterable, Iterator, Mapping

from thumbor_renuo.delivery.allowed import LISTED, STEPS
from thumbor_renuo.delivery.filter_calls import UNAVAILABLE, Known
from thumbor_renuo.delivery.thumbnail_path import preset_options
from thumbor_renuo.errors import InvalidOptions

NO_FILTER = "none"


def preset_faults(presets: Mapping[str, str], known: Known) -> Iterator[str]:
    """What is wrong with presets, each named.

    Args:
        known: the filters that are switched on, by name.
    """
    for name in presets:
        try:
            preset_options(name, presets, known)
        except InvalidOptions as error:
            yield error.message


def size_faults(sizes: Iterable[str]) -> Iterator[str]:
    """Which of the allowed sizes, as THUMBNAIL_SIZES has them, are none."""
    for size in sizes:
        steps = STEPS.fullmatch(size)
        if steps and int(steps[1]) > int(steps[2]):
            yield f"the steps {size!r} go from the larger to the smaller"


def filter_faults(rules: Iterable[str], known: Known) -> Iterator[str]:
    """Which of the allowed filters, as THUMBNAIL_FILTERS has them, can be no filter's.

    Args:
        known: the filters that are switched on, by name.
    """
    for rule in rules:
        match = LISTED.fullmatch(rule)
        name, arguments = (match[1], match[2]) if match else (rule, None)
        if rule == NO_FILTER:
            continue
        if name not in known or name in UNAVAILABLE:
            yield f"there is no filter {name!r}"
            continue
        allowed = arguments.split(",") if arguments else []
        most = len(known[name].runnable_method.filter_data["params"])
        if len(allowed) > most:
            yield f"{rule!r} has {len(allowed)} arguments, and the filter takes {most}"
        yield from (f"the range {one!r} of {name!r} is empty" for one in allowed if _is_empty(one))


def _is_empty(allowed: str) -> bool:
    low, dots, high = allowed.partition("..")
    return bool(dots) and float(low) > float(high)
