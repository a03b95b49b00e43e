"""A server that renders all day keeps its memory."""

import os
from pathlib import Path
from statistics import median

import pytest

from tests.integration.conftest import environment_for, serve, store
from tests.long.chart import line_chart
from tests.long.memory import MEGABYTE
from tests.long.soak import SAMPLE_EVERY, originals, paths, soak
from thumbor_renuo.local_s3 import LocalS3

pytestmark = [pytest.mark.integration, pytest.mark.long]

RENDERS, ORIGINALS = int(os.environ.get("SOAK_RENDERS", "20000")), 200
SETTLED = 2_000  # renders, after which memory may not grow any more
WINDOW = 3_000  # renders, whose median counts
MOST_DEVIATION = 0.05


def test_memory_is_flat(local_s3: LocalS3, tmp_path: Path) -> None:
    """Over 20,000 renders of 200 originals it stays within 5 % after the first 2,000.

    What counts are medians of 3,000 renders: shorter ones swing with what the cache of decoded
    originals holds just then.
    SOAK_CHART names the SVG that shows it.
    """
    keys = [store(local_s3, name, data) for name, data in originals(ORIGINALS)]
    # The caches of answers and of originals fill and empty as they should; a leak would hide there.
    environment = environment_for(
        local_s3, STORE_DERIVATIVES="false", MEMORY_CACHE_BYTES="0", SOURCE_CACHE_BYTES="0"
    )
    with serve(tmp_path, environment) as service:
        memory = soak(service, paths(keys, RENDERS))
    chart = Path(os.environ.get("SOAK_CHART", tmp_path / "soak.svg"))
    places = [place * SAMPLE_EVERY for place in range(len(memory))]
    title = f"Resident memory in MB over {RENDERS:,} renders of {ORIGINALS} originals"
    chart.write_text(line_chart(title, places, [size / MEGABYTE for size in memory]))
    settled = memory[SETTLED // SAMPLE_EVERY :]
    step = WINDOW // SAMPLE_EVERY
    windows = [median(settled[at : at + step]) for at in range(0, len(settled) - step + 1, step)]
    middle = median(settled)
    off = max(abs(window / middle - 1) for window in windows)
    assert off < MOST_DEVIATION, f"{[int(window / MEGABYTE) for window in windows]} MB; see {chart}"
