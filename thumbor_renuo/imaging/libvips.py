"""libvips, set up for the pictures of strangers."""

from collections.abc import Iterator
from contextlib import contextmanager

import pyvips

from thumbor_renuo.errors import UnreadableImage


def set_up() -> None:
    """Keep libvips to one thread a picture, no cache, no untrusted decoder, and quiet.

    A picture has a thread of the pool already, and no two are the same. What libvips calls
    untrusted is blocked: ImageMagick, SVG, PDF, raw and scientific formats. Its warnings are about
    the strangers' files, and would fill our log. The settings hold for the whole process; to call
    this again changes nothing.
    """
    pyvips.concurrency_set(1)
    pyvips.cache_set_max(0)
    pyvips.block_untrusted_set(True)
    if pyvips.API_mode:
        # pyvips hands each warning to our log, and leaves a traceback on stderr for those that
        # hold bytes of the file.
        pyvips.ffi.def_extern(name="_log_handler_callback")(lambda *_warning: None)


def has(operation: str) -> bool:
    """Whether libvips was built with an operation, by its nickname."""
    return bool(pyvips.type_find("VipsOperation", operation))


@contextmanager
def translated(name: str) -> Iterator[None]:
    """Raise UnreadableImage where libvips fails.

    Its own words are left out: it has one text of errors for all threads, which may tell of
    another's picture.

    Args:
        name: what the picture is called to the client.
    """
    try:
        yield
    except pyvips.Error:
        raise UnreadableImage(f"the {name} is damaged or cut short") from None
    except UnicodeDecodeError:
        # The text holds bytes of the file. pyvips fails to decode it before it clears it, and
        # would for all pictures from now on.
        pyvips.vips_lib.vips_error_clear()
        raise UnreadableImage(f"the {name} is damaged or cut short") from None
