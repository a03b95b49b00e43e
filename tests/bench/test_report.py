"""The bench's report."""

import math

from bench.report import COLUMNS, Column, Section, document


def test_the_first_row_is_what_others_are_compared_with() -> None:
    """Each figure is followed by its ratio to ours, and a score by its difference."""
    columns = {name: COLUMNS[name] for name in ("cpu", "score")}
    rows = {"ours": {"cpu": 10.0, "score": 70.0}, "theirs": {"cpu": 25.0, "score": 68.5}}
    text = Section("jpeg", "Photographs.", rows, {}, columns).markdown()
    assert "| ours | 10.00 (1.00x) | 70.0 (+0.0) |" in text
    assert "| theirs | 25.00 (2.50x) | 68.5 (-1.5) |" in text


def test_what_is_not_known_is_a_dash() -> None:
    """Neither a missing figure nor a missing base is invented."""
    column = Column("CPU ms", "{:.1f}")
    assert column.cell(math.nan, 1.0) == "-"
    assert column.cell(2.0, math.nan) == "2.0"
    assert column.cell(2.0, 0.0) == "2.0"


def test_who_did_not_run_is_named() -> None:
    """A peer that is not there and one that refused are told of."""
    section = Section("png", "PNGs.", {}, {"imagor": "500"})
    text = document({"date": "today"}, {"ours": "1"}, {"ipx": "no program"}, section.markdown())
    assert "- ours: 1" in text
    assert "- ipx: not run, no program" in text
    assert "- imagor: refused, `500`" in text
