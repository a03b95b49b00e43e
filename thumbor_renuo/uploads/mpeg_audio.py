"""Recognises MPEG audio without an ID3 tag: WHATWG MIME Sniffing, 6.2.3, and ADTS."""

HEADER_BYTES = 4
# In kbit/s by the header's index (ISO/IEC 11172-3, 2.4.2.3; 13818-3, 2.4.2.3).
RATES_1_LAYER_2 = (0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384)
RATES_1_LAYER_3 = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
RATES_2 = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
FREE, BAD = 0, 15
SAMPLES_A_SECOND = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
LAYER_2, LAYER_3 = 2, 1
ADTS_RATES = 13


def mpeg_audio_type(head: bytes) -> str | None:
    """`audio/mpeg` where two frames follow one another, `audio/aac` for ADTS, or None."""
    for frame_bytes, media_type in ((_mp3_frame, "audio/mpeg"), (_adts_frame, "audio/aac")):
        length = frame_bytes(head, 0)
        if length and frame_bytes(head, length):
            return media_type
    return None


def _mp3_frame(head: bytes, at: int) -> int:
    # Length in bytes of the MPEG audio frame of layer 2 or 3 that begins here; 0 where none does.
    # Layer 1 is not looked for: it is not in use, and begins like UTF-16.
    header = head[at : at + HEADER_BYTES]
    if len(header) < HEADER_BYTES or header[0] != 0xFF or header[1] < 0xE0:  # noqa: PLR2004
        return 0
    version, layer = header[1] >> 3 & 3, header[1] >> 1 & 3
    rate, speed, padding = header[2] >> 4, header[2] >> 2 & 3, header[2] >> 1 & 1
    if version not in SAMPLES_A_SECOND or layer not in {LAYER_2, LAYER_3}:
        return 0
    if rate in {FREE, BAD} or speed == 3:  # noqa: PLR2004
        return 0
    is_first = version == 3  # noqa: PLR2004
    rates = (RATES_1_LAYER_3 if layer == LAYER_3 else RATES_1_LAYER_2) if is_first else RATES_2
    slots = 72 if layer == LAYER_3 and not is_first else 144
    return slots * rates[rate] * 1000 // SAMPLES_A_SECOND[version][speed] + padding


def _adts_frame(head: bytes, at: int) -> int:
    # ISO/IEC 13818-7, 6.2: syncword, layer 0, and the frame's length with its header.
    header = head[at : at + 7]
    if len(header) < 7 or header[0] != 0xFF or header[1] & 0xF6 != 0xF0:  # noqa: PLR2004
        return 0
    if header[2] >> 2 & 15 >= ADTS_RATES:
        return 0
    length = (header[3] & 3) << 11 | header[4] << 3 | header[5] >> 5
    return length if length >= 7 else 0  # noqa: PLR2004
