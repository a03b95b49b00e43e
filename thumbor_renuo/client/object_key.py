"""Keys as apps have them: an object key `o/<app>/…`, or a file path `<prefix>/<name>`."""

import re
from urllib.parse import quote

# "Creating object key names", Amazon S3 user guide: bytes of UTF-8.
MAX_KEY_BYTES = 1024
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
APP = re.compile(r"(?!\.{1,2}$)[A-Za-z0-9._-]{1,201}")
MIN_COMPONENTS = 3


def object_key(key: str, app: str | None = None) -> str:
    """The object key for what an app keeps in its database.

    Args:
        key: an object key, or a file path where the app is known; not percent-encoded.
        app: the app's full name, `shop-live` for example.

    Raises:
        ValueError: says which rule the key breaks.
    """
    checked = check_path(key)
    root = checked.partition("/")[0]
    if root == "q":
        raise ValueError(f"the key {checked!r} is not published yet: complete the upload first")
    if root == "o":
        if checked.count("/") + 1 < MIN_COMPONENTS:
            raise ValueError(f"the key {checked!r} is not of the form o/<app>/<prefix>/<name>")
        return checked
    if app is None:
        raise ValueError(f"the key {checked!r} is a file path: say which app it belongs to")
    return check_path(f"o/{app}/{checked}")


def file_path(key: str, app: str) -> str:
    """The path of a file in the app's folder: `<prefix>/<name>`.

    Raises:
        ValueError: the key is that of another app, or breaks a rule.
    """
    found = object_key(key, app)
    folder = f"o/{app}/"
    if not found.startswith(folder):
        raise ValueError(f"the key {found!r} lies outside the app's folder {folder}")
    return found.removeprefix(folder)


def quoted(key: str) -> str:
    """Percent-encoded, once, for a URL's path."""
    return quote(key, safe="/")


def check_path(path: str) -> str:
    """Check what all keys and file paths have in common; returns it as a plain str.

    Raises:
        ValueError: says which rule it breaks.
    """
    if not isinstance(path, str):
        raise ValueError(f"the key is no text but {type(path).__name__}")
    plain = str(path)  # Markup and SafeString escape what they are joined with
    try:
        size = len(plain.encode())
    except UnicodeEncodeError:
        raise ValueError("the key is no text that UTF-8 can hold") from None
    if size > MAX_KEY_BYTES:
        raise ValueError(f"the key has {size} bytes, at most {MAX_KEY_BYTES} are allowed")
    if CONTROL.search(plain):
        raise ValueError("the key has a control character")
    if any(part in {"", ".", ".."} for part in plain.split("/")):
        raise ValueError(f"the key {plain!r} has an empty, '.' or '..' component")
    return plain


def check_app(app: str) -> str:
    """Check an app's full name.

    Raises:
        ValueError: it is none.
    """
    if not isinstance(app, str) or not APP.fullmatch(app):
        raise ValueError(f"the app {app!r} is no full name like 'shop-live'")
    return str(app)
