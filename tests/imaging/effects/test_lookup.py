"""thumbor_renuo.imaging.effects.lookup: tables of levels."""

from tests.imaging.effects.compared import picture
from thumbor_renuo.imaging.effects.lookup import IDENTITY, apply_table, apply_tables, table


def test_a_table_stays_within_the_levels() -> None:
    """What is outside is cut off, and fractions are dropped."""
    made = table(lambda level: level * 2.6 - 100)
    assert (made[0], made[39], made[100], made[255]) == (0, 1, 160, 255)


def test_each_channel_has_its_own() -> None:
    """Red is turned around, green set to nothing, blue and alpha stay."""
    source = picture("RGBA")
    made = apply_tables(source, [IDENTITY[::-1], bytes(256), IDENTITY])
    before, after = source.to_bytes(), made.to_bytes()
    assert after[::4] == bytes(255 - level for level in before[::4])
    assert set(after[1::4]) == {0}
    assert (after[2::4], after[3::4]) == (before[2::4], before[3::4])


def test_one_for_all() -> None:
    """The same table turns grey into grey."""
    made = apply_table(picture("L"), IDENTITY[::-1]).to_bytes()
    assert made[::3] == made[1::3] == made[2::3]
