"""A progressive JPEG without the scans that a reduced decode can do without.

Two things are done beside that. First, a scan that leaves out the last bits of its coefficients
says so ("Al", ITU T.81, B.2.3), and the quantisation tables are multiplied instead: libjpeg then
takes the coefficients for exact, and does not smooth the picture, which takes longer than to
decode it. The tables are multiplied by a little more, for the bits that are cut off point away
from zero. Second, where it still would smooth for those that are missing, a coefficient that has
no part in the reduced decode is given a step of 0, which keeps it from smoothing at all.
"""

from thumbor_renuo.imaging.jpeg.layout import Layout
from thumbor_renuo.imaging.jpeg.markers import (
    NEEDED,
    PROGRESSIVE,
    QUANTISATION,
    SCAN,
    end_to_end,
    segment,
)
from thumbor_renuo.imaging.jpeg.parts import BITS, COEFFICIENTS, Scan

# Up to which coefficient scans are kept, and from how many missing bits on they are refined.
LAST_NEEDED = {2: 63, 4: 4, 8: 0}
MISSING_BITS = {2: 1, 4: 2, 8: 0}
# Found by SSIMULACRA2 on photographs; by how many bits are missing.
GAIN = {0: 1.0, 1: 1.08, 2: 1.15}
MOST_GAIN = 1.2
# In zigzag order: the third of the first line, which a decoder to 2 x 2 or 1 x 1 passes over.
UNUSED, TO_TWO, TO_ONE = 5, 4, 8
MAX_STEP = 0xFFFF

Shifts = dict[int, list[int]]  # by the number of a quantisation table, of each coefficient


def trimmed(layout: Layout, shrink: int) -> bytes | None:
    """A smaller file that decodes to nearly the same at this reduction; None if there is none.

    Args:
        shrink: 2, 4 or 8.

    Raises:
        UnreadableImage: the file is cut short.
    """
    frame = layout.frame
    if frame.kind != PROGRESSIVE or frame.precision != BITS or not layout.has_plain_steps:
        return None
    scans = layout.scans
    kept = [scan for scan in scans if _is_needed(scan, shrink)]
    if len(kept) == len(scans):
        return None
    table_of = {component.id: component.table for component in frame.components}
    if any(id_ not in table_of for scan in kept for id_ in scan.ids):
        return None
    shifts: Shifts = {table: [0] * COEFFICIENTS for table in table_of.values()}
    for scan in kept:
        for table in {table_of[id_] for id_ in scan.ids}:
            for place in range(scan.first, min(scan.last, COEFFICIENTS - 1) + 1):
                shifts[table][place] = scan.al
    luma = frame.components[0].table
    # Colours are often decoded to twice the size, in which it has a part.
    alone = shrink == TO_ONE or all(part.table != luma for part in frame.components[1:])
    return _rewritten(layout, kept, shifts, luma if alone and shrink >= TO_TWO else None)


def _is_needed(scan: Scan, shrink: int) -> bool:
    if scan.first == 0:
        return True
    if scan.first > LAST_NEEDED[shrink]:
        return False
    return scan.ah == 0 or scan.al >= MISSING_BITS[shrink]


def _rewritten(layout: Layout, kept: list[Scan], shifts: Shifts, unsmoothed: int | None) -> bytes:
    table_of = {component.id: component.table for component in layout.frame.components}
    scans = {scan.segment.start: scan for scan in kept}
    parts = []
    for part in layout.segments:
        if part.marker == SCAN and part.start in scans:
            scan = scans[part.start]
            shift = shifts[table_of[scan.ids[0]]][scan.first]
            parts.append(_exact(layout.bytes_of(part), scan, shift))
        elif part.marker == QUANTISATION:
            parts.append(_multiplied(layout.content(part), shifts, unsmoothed))
        elif part.marker in NEEDED and part.marker != SCAN:
            parts.append(layout.bytes_of(part))
    return end_to_end(parts)


def _exact(whole: bytes, scan: Scan, shift: int) -> bytes:
    at = scan.pixels - scan.segment.start - 1
    ah = max(0, scan.ah - shift)
    return b"".join([whole[:at], bytes([ah << 4 | max(0, scan.al - shift)]), whole[at + 1 :]])


def _multiplied(tables: bytes, shifts: Shifts, unsmoothed: int | None) -> bytes:
    at, made = 0, b""
    while at < len(tables):
        wide, number = tables[at] >> 4, tables[at] & 15
        end = at + 1 + COEFFICIENTS * (1 + wide)
        if wide:
            steps = [int.from_bytes(tables[n : n + 2], "big") for n in range(at + 1, end, 2)]
        else:
            steps = list(tables[at + 1 : end])
        missing = shifts.get(number, [0] * COEFFICIENTS)
        steps = [_step(step, bits) for step, bits in zip(steps, missing, strict=False)]
        if number == unsmoothed:
            steps[UNUSED] = 0
        made += bytes([0x10 | number]) + b"".join(step.to_bytes(2, "big") for step in steps)
        at = end
    return segment(QUANTISATION, made)


def _step(step: int, bits: int) -> int:
    return min(MAX_STEP, round((step << bits) * GAIN.get(bits, MOST_GAIN)))
