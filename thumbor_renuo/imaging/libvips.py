"""libvips, set up for the pictures of strangers."""

import ctypes
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import pyvips

from thumbor_renuo.errors import UnreadableImage

logger = logging.getLogger(__name__)
MAX_LINE = 200  # bytes: it may quote the file
FATAL = 1 << 1 | 1 << 2  # G_LOG_FLAG_FATAL and G_LOG_LEVEL_ERROR: GLib ends the process then


def set_up() -> None:
    """Keep libvips to one thread a picture, no cache, no untrusted decoder, and quiet.

    A picture has a thread of the pool already, and no two are the same. What libvips calls
    untrusted is blocked: ImageMagick, SVG, PDF, raw and scientific formats. Its warnings, and those
    of GLib below it, are about the strangers' files, and would fill our log: they are for `debug`.
    The settings hold for the whole process; to call this again changes nothing.
    """
    pyvips.concurrency_set(1)
    pyvips.cache_set_max(0)
    pyvips.block_untrusted_set(True)
    if pyvips.API_mode:
        # pyvips hands each warning to our log, and leaves a traceback on stderr for those that
        # hold bytes of the file.
        pyvips.ffi.def_extern(name="_log_handler_callback")(_told_of_libvips)
        _listen_to_glib()


def _listen_to_glib() -> None:
    """Take the lines that GLib would write to stderr, where its library lets us."""
    binary = import_module("_libvips").__file__
    try:
        listen = ctypes.CDLL(binary).g_log_set_default_handler
    except (AttributeError, OSError):  # a libvips of the system may keep GLib to itself
        return
    listen.restype = ctypes.c_void_p
    listen(_told_of_glib, None)


def _told_of_libvips(domain: Any, level: int, message: Any, _data: Any) -> None:
    domain, message = (
        pyvips.ffi.string(text, MAX_LINE) if text else b"" for text in (domain, message)
    )
    _note(domain, level, message)


@ctypes.CFUNCTYPE(None, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_void_p)
def _told_of_glib(domain: bytes | None, level: int, message: bytes | None, _data: Any) -> None:
    _note(domain or b"", level, message or b"")


def _note(domain: bytes, level: int, message: bytes) -> None:
    """Called from any thread, of libvips' own, too."""
    line = message[:MAX_LINE].decode(errors="backslashreplace")
    urgency = logging.CRITICAL if level & FATAL else logging.DEBUG
    logger.log(urgency, "%s: %s", domain.decode(errors="backslashreplace"), line)


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
