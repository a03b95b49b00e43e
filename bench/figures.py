"""What was measured of one server with one picture, and how figures are brought together."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

MS, MB = 1000, 1_000_000
Figures = dict[str, float]


@dataclass
class Tally:
    """The turns of one server with one picture, added up."""

    rates: list[float] = field(default_factory=list)
    latencies: list[float] = field(default_factory=list)
    cpu_seconds: float = 0.0
    peak_bytes: int = 0
    answer_bytes: int = 0
    score: float = math.nan

    def add(
        self, rate: float, latencies: Sequence[float], cpu_seconds: float, peak_bytes: int
    ) -> None:
        """Take a turn."""
        self.rates.append(rate)
        self.latencies += latencies
        self.cpu_seconds += cpu_seconds
        self.peak_bytes = max(self.peak_bytes, peak_bytes)

    def figures(self) -> Figures:
        """All columns of the report for this picture; needs at least one turn."""
        return {
            "rate": percentile(self.rates, 0.5),
            "p50": percentile(self.latencies, 0.5) * MS,
            "p99": percentile(self.latencies, 0.99) * MS,
            "cpu": self.cpu_seconds / len(self.latencies) * MS,
            "peak": self.peak_bytes / MB,
            "bytes": self.answer_bytes,
            "score": self.score,
        }


def percentile(values: Sequence[float], share: float) -> float:
    """The value that this share of them does not exceed, interpolated as numpy does it."""
    ordered = sorted(values)
    place = (len(ordered) - 1) * share
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def geometric_mean(values: Iterable[float]) -> float:
    """NaN if any of them is not above nought."""
    found = list(values)
    if not found or any(not value > 0 for value in found):
        return math.nan
    return math.exp(sum(map(math.log, found)) / len(found))


def over_pictures(each: Sequence[Mapping[str, float]]) -> Figures:
    """One row of several pictures' figures: geometric means, but of scores the plain mean."""
    return {
        name: sum(one[name] for one in each) / len(each)
        if name == "score"
        else geometric_mean(one[name] for one in each)
        for name in each[0]
    }
