"""IPTC-IIM records: blanks what names a place."""

from thumbor_renuo.imaging.metadata.blob import Blob

# Of record 2 (IPTC-IIM 4.2, section 6): content location code and name, city, sublocation,
# province or state, country code, country.
PLACES = {26, 27, 90, 92, 95, 100, 101}
DATASET, APPLICATION, HEADER_BYTES = 0x1C, 2, 5
EXTENDED = 0x8000  # then the length says how many bytes the true one takes


async def blank(records: Blob) -> None:
    """Blank the place in records, which padding may follow."""
    data, at = await records.read(), 0
    while at + HEADER_BYTES <= len(data) and data[at] == DATASET:
        records.file.step()
        record, dataset = data[at + 1], data[at + 2]
        size, at = int.from_bytes(data[at + 3 : at + 5], "big"), at + HEADER_BYTES
        if size & EXTENDED:
            wide = size - EXTENDED
            size, at = int.from_bytes(data[at : at + wide], "big"), at + wide
        if record == APPLICATION and dataset in PLACES:
            records.part(at, size).fill(b" ")
        at += size
