"""thumbor_renuo.uploads.mpeg_audio: frames of sound."""

import pytest

from tests.uploads.sample_files import ADTS, MP3, MP3_2, frames
from thumbor_renuo.uploads.mpeg_audio import mpeg_audio_type


@pytest.mark.parametrize(
    ("header", "length"),
    [
        (b"\xff\xfb\x90\x00", 417),  # MPEG 1, layer III, 128 kbit/s, 44.1 kHz
        (b"\xff\xfb\x92\x00", 418),  # with padding
        (b"\xff\xfa\xe4\x00", 960),  # 320 kbit/s, 48 kHz
        (b"\xff\xfd\x88\x00", 576),  # layer II, 128 kbit/s, 32 kHz
        (b"\xff\xf3\x80\x00", 208),  # MPEG 2, layer III, 64 kbit/s, 22.05 kHz
        (b"\xff\xe3\x40\x00", 208),  # MPEG 2.5, 32 kbit/s, 11.025 kHz
    ],
)
def test_frames_are_as_long_as_their_headers_say(header: bytes, length: int) -> None:
    """Of all versions and layers; one byte more or less between them is no sound."""
    assert mpeg_audio_type(frames(header, length)) == "audio/mpeg"
    assert mpeg_audio_type(frames(header, length + 1)) is None
    assert mpeg_audio_type(frames(header, length - 1)) is None


def test_adts_is_aac() -> None:
    """Its frames tell their lengths."""
    assert mpeg_audio_type(ADTS) == "audio/aac"
    assert mpeg_audio_type(ADTS[:12] + bytes(12)) is None
    assert mpeg_audio_type(b"\xff\xf1\x7c\x80\x01\x9f\xfc" * 9) is None


@pytest.mark.parametrize("third", [0x00, 0x0C, 0x9C, 0xF0])
def test_a_header_must_make_sense(third: int) -> None:
    """A free or a bad bitrate, or no sampling rate."""
    assert mpeg_audio_type(bytes([0xFF, 0xFB, third, 0]) * 500) is None


@pytest.mark.parametrize("content", [MP3, MP3_2, ADTS])
def test_one_frame_is_not_enough(content: bytes) -> None:
    """Two bytes may come by chance."""
    for end in range(len(content) // 3 + 3):
        assert mpeg_audio_type(content[:end]) is None


def test_mpeg_audio_of_the_first_layer_is_not_looked_for() -> None:
    """It begins like UTF-16."""
    assert mpeg_audio_type((b"\xff\xff\x90\x00" + bytes(518)) * 3) is None
