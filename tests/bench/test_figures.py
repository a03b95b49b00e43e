"""Figures of the bench."""

import math

import pytest

from bench.figures import Tally, geometric_mean, over_pictures, percentile


def test_percentiles_are_interpolated() -> None:
    """A percentile between two values lies between them, whatever their order."""
    assert percentile([3.0, 1.0, 2.0], 0.5) == 2.0
    assert percentile([1.0, 2.0], 0.99) == pytest.approx(1.99)
    assert percentile([7.0], 0.99) == 7.0


def test_geometric_means_need_what_is_above_nought() -> None:
    """Ratios are brought together by multiplication; with a nought there is none."""
    assert geometric_mean([1.0, 4.0]) == pytest.approx(2.0)
    assert math.isnan(geometric_mean([0.0, 4.0]))
    assert math.isnan(geometric_mean([]))


def test_a_tally_counts_cpu_for_each_answer() -> None:
    """Turns are added up: CPU over all answers, the median of the rates, the highest peak."""
    tally = Tally(answer_bytes=10, score=80.0)
    tally.add(5.0, [0.1, 0.2], 0.3, 2_000_000)
    tally.add(7.0, [0.3], 0.3, 1_000_000)
    figures = tally.figures()
    assert figures["cpu"] == pytest.approx(200.0)
    assert figures["rate"] == 6.0
    assert figures["p50"] == pytest.approx(200.0)
    assert figures["peak"] == 2.0


def test_scores_are_averaged_plainly() -> None:
    """A score may be negative, so that it has no geometric mean."""
    found = over_pictures([{"cpu": 1.0, "score": -10.0}, {"cpu": 4.0, "score": 30.0}])
    assert found == {"cpu": pytest.approx(2.0), "score": 10.0}
