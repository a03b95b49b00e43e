"""The best quality of which the bytes are no more than a limit."""

from collections.abc import Callable

from thumbor_renuo.imaging import time_limit

LEAST_QUALITY = 10  # as in Thumbor
MAX_TRIES = 6


def encode_to_fit(encode: Callable[[int], bytes], quality: int, max_bytes: int) -> bytes:
    """Encode with the highest quality that is found to fit, in at most MAX_TRIES encodes.

    Where not even LEAST_QUALITY fits, the smallest that was made is returned; Thumbor returns the
    largest then, which helps nobody who asked for few bytes.

    Args:
        encode: makes the bytes of a quality.
        quality: 1 to 100, of the first try and the most.
        max_bytes: what the result is to have at most.

    Raises:
        RenderTimeout: the time of this thread is over.
    """
    best = smallest = encode(quality)
    if len(best) <= max_bytes:
        return best
    low, high, fits = LEAST_QUALITY, quality - 1, False
    for left in range(MAX_TRIES - 1, 0, -1):
        if low > high:
            break
        time_limit.check()
        tried = LEAST_QUALITY if left == 1 and not fits else (low + high) // 2
        made = encode(tried)
        smallest = min(smallest, made, key=len)
        if len(made) <= max_bytes:
            best, fits, low = made, True, tried + 1
        else:
            high = tried - 1
    return best if fits else smallest
