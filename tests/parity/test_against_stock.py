"""Our engine gives what Thumbor's own gives, but for what it gives better."""

from collections.abc import Iterator

import pytest
from PIL import Image

from tests.parity.asking import Asker, asking, ours, stock
from tests.parity.comparison import SAME, differences, psnr
from tests.parity.reasons import RULES, Rule
from tests.parity.table import TABLE, Row

used: set[Rule] = set()


@pytest.fixture(scope="module")
def asker() -> Iterator[Asker]:
    """Both engines, each in Thumbor's application."""
    with asking(stock=stock(), ours=ours()) as made:
        yield made


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.path.removeprefix("/unsafe/"))
def test_same_picture(asker: Asker, row: Row) -> None:
    """Status, type, size and frames are the same, and pixels within 35 dB, or a rule says why."""
    found = differences(asker.ask("stock", row.path), asker.ask("ours", row.path))
    for aspect, difference in list(found.items()):
        covering = [rule for rule in RULES if rule.covers(row, aspect, difference)]
        used.update(covering)
        if covering:
            del found[aspect]
    assert found == {}


def test_each_rule_is_needed(request: pytest.FixtureRequest) -> None:
    """A rule that excuses nothing is to be struck off."""
    asked = sum("test_same_picture" in item.name for item in request.session.items)
    if asked < len(TABLE):
        pytest.skip("only a part of the table was asked")
    assert [rule.reason for rule in RULES if rule not in used] == []


def test_the_table_is_large() -> None:
    """More than 600 URLs."""
    assert len(TABLE) > 600


def test_psnr_tells_pictures_apart() -> None:
    """It is high for the same, and 20 dB for a tenth of the range everywhere."""
    one, other = (
        Image.new("RGB", (4, 4), (100, 100, 100)),
        Image.new("RGB", (4, 4), (126, 126, 126)),
    )
    assert psnr(one, one) == SAME
    assert 19.5 < psnr(one, other) < 20.5
