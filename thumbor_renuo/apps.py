"""The tenants: one record for each app, from API_KEYS and from a TOML file."""

import json
import logging
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from thumbor_renuo.errors import ConfigurationError

logger = logging.getLogger(__name__)

# One component of an object key: no slash, and neither "." nor "..".
NAME = re.compile(r"(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}")
LEGACY_FIELDS = {
    "key": "api_key", "private_key": "private_key", "app_name": "name", "env": "env",
}  # fmt: skip


@dataclass(frozen=True)
class App:
    """One tenant: one folder `o/<full name>/` of the bucket.

    Attributes:
        api_key: public; it stands in a page's HTML.
        private_key: secret of the app's own server; never printed.
    """

    name: str
    env: str
    api_key: str
    private_key: str = field(repr=False)

    @property
    def full_name(self) -> str:
        """The app's folder in the bucket."""
        return f"{self.name}-{self.env}"

    @classmethod
    def from_record(cls, record: Any) -> Self:
        """Check one record.

        Raises:
            ValueError: says what is wrong and shows no value of a key.
        """
        wanted = list(LEGACY_FIELDS.values())
        if not isinstance(record, Mapping):
            raise ValueError("is not a table of name, env, api_key and private_key")
        unknown = sorted(set(record) - set(wanted))
        if unknown:
            raise ValueError(f"has unknown fields: {', '.join(map(str, unknown))}")
        missing = [f for f in wanted if not isinstance(record.get(f), str) or not record[f]]
        if missing:
            raise ValueError(f"lacks a text for: {', '.join(missing)}")
        bad = [f for f in ("name", "env") if not NAME.fullmatch(record[f])]
        if bad:
            raise ValueError(f"{', '.join(bad)}: takes letters, digits, '.', '_', '-' only")
        return cls(**record)


class AppRegistry:
    """All apps, found by API key or by full name."""

    def __init__(self, apps: Iterable[App]) -> None:
        self._apps = tuple(apps)
        self._by_key = {app.api_key: app for app in self._apps}
        self._names = frozenset(app.full_name for app in self._apps)

    @classmethod
    def load(cls, api_keys: str = "", apps_file: str = "") -> Self:
        """Read both sources; an API key stands in one record only.

        Raises:
            ConfigurationError: for faults of the file, with their positions.
        """
        faults: list[str] = []
        found = [*_from_api_keys(api_keys), *_from_file(apps_file, faults)]
        apps: dict[str, App] = {}
        owners: dict[str, tuple[str, str]] = {}
        for position, app in found:
            owner = owners.setdefault(app.full_name, (app.name, app.env))
            clash = "its key stands in an earlier one" if app.api_key in apps else ""
            if owner != (app.name, app.env):
                clash = f"its folder {app.full_name!r} is that of another app"
            if not clash:
                apps[app.api_key] = app
            elif position.startswith("API_KEYS"):
                logger.error("%s: skipped, %s", position, clash)
            else:
                faults.append(f"{position}: {clash}")
        if faults:
            raise ConfigurationError(faults)
        if not apps:
            logger.error("no app is configured: every upload and every image will be refused")
        return cls(apps.values())

    def by_api_key(self, api_key: str) -> App | None:
        """The app that owns a (public) API key."""
        return self._by_key.get(api_key)

    def has_folder(self, full_name: str) -> bool:
        """Whether `o/<full_name>/` belongs to an app."""
        return full_name in self._names

    def __iter__(self) -> Iterator[App]:
        return iter(self._apps)


def _from_api_keys(text: str) -> Iterable[tuple[str, App]]:
    """The legacy list: JSON objects separated by `;`, malformed ones skipped."""
    for number, entry in enumerate(filter(None, map(str.strip, text.split(";"))), start=1):
        position = f"API_KEYS entry {number}"
        try:
            record = json.loads(entry)
            if isinstance(record, dict):
                # Legacy entries may carry more than the four fields.
                record = {new: record.get(old) for old, new in LEGACY_FIELDS.items()}
            yield position, App.from_record(record)
        except json.JSONDecodeError as error:
            logger.error("%s: skipped, not JSON at character %d", position, error.pos + 1)  # noqa: TRY400
        except (ValueError, RecursionError) as error:
            logger.error("%s: skipped, %s", position, _in_legacy_words(error))  # noqa: TRY400


def _in_legacy_words(error: Exception) -> str:
    words = str(error)
    for old, new in LEGACY_FIELDS.items():
        words = re.sub(rf"\b(?<!private_){new}\b", old, words)
    return words


def _from_file(name: str, faults: list[str]) -> Iterable[tuple[str, App]]:
    """The TOML file: `[[apps]]` tables with name, env, api_key and private_key."""
    if not name:
        return
    try:
        document = tomllib.loads(Path(name).read_text("utf-8"))
    except OSError as error:
        faults.append(f"APPS_FILE: got {name!r}, wants a readable file ({error.strerror})")
        return
    except (ValueError, RecursionError) as error:  # of the syntax, of UTF-8, of huge numbers
        where = re.search(r"\(at [^)]*\)", str(error))  # the rest may quote a secret
        faults.append(f"APPS_FILE {name}: is no TOML {where[0] if where else ''}".strip())
        return
    records = document.pop("apps", [])
    if document:
        faults.append(f"APPS_FILE {name}: has unknown tables: {', '.join(sorted(document))}")
    if not isinstance(records, list) or not records:
        faults.append(f"APPS_FILE {name}: wants at least one [[apps]] table")
        return
    for number, record in enumerate(records, start=1):
        position = f"APPS_FILE {name}, app {number}"
        try:
            yield position, App.from_record(record)
        except ValueError as error:
            faults.append(f"{position}: {error}")
