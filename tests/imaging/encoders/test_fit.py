"""encode_to_fit: the best quality within so many bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thumbor_renuo.errors import RenderTimeout
from thumbor_renuo.imaging.encoders import encode_to_fit
from thumbor_renuo.imaging.encoders.fit import LEAST_QUALITY, MAX_TRIES
from thumbor_renuo.imaging.time_limit import time_limit


class Encoder:
    """Makes 100 bytes for each step of quality."""

    def __init__(self) -> None:
        self.tried: list[int] = []

    def __call__(self, quality: int) -> bytes:
        self.tried.append(quality)
        return bytes([quality]) * (100 * quality)


def test_what_fits_is_made_once() -> None:
    """With the quality that was asked for."""
    encoder = Encoder()
    assert encode_to_fit(encoder, 80, 8000) == bytes([80]) * 8000
    assert encoder.tried == [80]


@given(st.integers(1, 100), st.integers(1, 12_000))
def test_it_fits_where_it_can(quality: int, max_bytes: int) -> None:
    """At any quality from 10 on, in six tries at most, and near to the best there is."""
    encoder = Encoder()
    made = encode_to_fit(encoder, quality, max_bytes)
    assert len(encoder.tried) <= MAX_TRIES
    assert max(encoder.tried) == quality
    best = min(quality, max_bytes // 100)
    if best >= min(quality, LEAST_QUALITY):
        assert len(made) <= max_bytes
        assert best - made[0] <= 5
    else:
        assert made[0] == min(quality, LEAST_QUALITY)


def test_the_smallest_is_given_where_nothing_fits() -> None:
    """Thumbor gives the largest."""
    assert encode_to_fit(Encoder(), 80, 10) == bytes([LEAST_QUALITY]) * 1000


def test_it_stops_when_the_time_is_over() -> None:
    """Between two encodes."""
    with time_limit(0), pytest.raises(RenderTimeout):
        encode_to_fit(Encoder(), 80, 10)
