"""thumbor_renuo.imaging.metadata.iptc: records that name a place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.imaging.located import record
from thumbor_renuo.imaging.metadata import iptc
from thumbor_renuo.imaging.metadata.blob import Blob, StoredFile
from thumbor_renuo.imaging.metadata.patches import Patches


def blanked(data: bytes) -> bytes:
    async def read(at: int, count: int) -> bytes:
        return data[at : at + count]

    file = StoredFile(read, len(data))
    with pytest.raises(StopIteration):
        iptc.blank(Blob(file, [(0, len(data))])).send(None)
    return Patches.of(file.written).applied(data, 0)


RECORDS = st.lists(st.tuples(st.integers(0, 255), st.binary(max_size=9)), max_size=20)


@given(RECORDS)
def test_only_records_of_a_place_are_blanked(records: list[tuple[int, bytes]]) -> None:
    """They keep their number and length; all others keep their text, too."""
    data = b"".join(record(number, text) for number, text in records)
    assert blanked(data) == b"".join(
        record(number, b" " * len(text) if number in iptc.PLACES else text)
        for number, text in records
    )


@pytest.mark.parametrize(("data", "kept"), [
    (b"\x1c\x02\x5a\x80\x02\0\x03Zug", b"\x1c\x02\x5a\x80\x02\0\x03   "),
    (b"\x1c\x01\x5a\0\x03Zug", b"\x1c\x01\x5a\0\x03Zug"),
    (b"\x1c\x02\x5a\0\x09Zug", b"\x1c\x02\x5a\0\x09   "),
    (b"Zug", b"Zug"), (b"", b""), (b"\x1c\x02\x5a\xff\xff", b"\x1c\x02\x5a\xff\xff"),
])  # fmt: skip
def test_odd_records(data: bytes, kept: bytes) -> None:
    """A long length, another record than the application's, one cut short, none at all."""
    assert blanked(data) == kept
