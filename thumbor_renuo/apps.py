"""The tenants: one record for each app, from API_KEYS and from a TOML file."""

import asyncio
import hashlib
import hmac
import json
import logging
import re
import threading
import time
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Self

from thumbor_renuo.app_rules import RULES, Rules
from thumbor_renuo.errors import ConfigurationError

logger = logging.getLogger(__name__)

# One component of an object key: no slash, and neither "." nor "..".
NAME = re.compile(r"(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}")
DIGEST = re.compile("[0-9a-f]{64}")
LEGACY_FIELDS = {
    "key": "api_key", "private_key": "private_key", "app_name": "name", "env": "env",
}  # fmt: skip
KEY_LISTS = {"api_keys": "api_key", "private_keys": "private_key"}
MAX_KEYS = 100
WATCH_SECONDS = 1.0
# What is wrong with an app of the file, beside what is looked at here.
Check = Callable[["App"], Iterable[str]]


def digest(key: str) -> str:
    """A key's SHA-256 in hex: what is kept of a private key that is only compared."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


@lru_cache(maxsize=1000)
def fingerprint(key: str) -> str:
    """What log lines and lists show of a key."""
    return digest(key)[:8]


@dataclass(frozen=True)
class Key:
    """A key of an app.

    Attributes:
        value: an API key as it is, or a private key's digest.
        not_after: when it ends (UTC); None never.
    """

    value: str = field(repr=False)
    not_after: datetime | None = None

    def is_live(self, now: float) -> bool:
        """Whether it counts at a moment, in seconds since 1970."""
        return self.not_after is None or now < self.not_after.timestamp()


@dataclass(frozen=True)
class App:
    """One tenant: one folder `o/<full name>/` of the bucket.

    Attributes:
        api_key: public; it stands in a page's HTML. Empty where only `api_keys` has any.
        private_key: secret of the app's own server; never printed.
        api_keys, private_keys: further keys, so that one can follow another without a gap.
        rules: what it allows.
    """

    name: str
    env: str
    api_key: str = ""
    private_key: str = field(default="", repr=False)
    api_keys: tuple[Key, ...] = ()
    private_keys: tuple[Key, ...] = ()
    rules: Rules = field(default_factory=Rules)

    @property
    def full_name(self) -> str:
        """The app's folder in the bucket."""
        return f"{self.name}-{self.env}"

    @property
    def folder(self) -> str:
        """Where its originals lie; the slash keeps out apps whose name only begins alike."""
        return f"o/{self.full_name}/"

    @cached_property
    def all_api_keys(self) -> tuple[Key, ...]:
        """All API keys, ended ones included."""
        return (*([Key(self.api_key)] if self.api_key else []), *self.api_keys)

    @cached_property
    def all_private_keys(self) -> tuple[Key, ...]:
        """The digests of all private keys, ended ones included."""
        first = [Key(digest(self.private_key))] if self.private_key else []
        return (*first, *self.private_keys)

    def current_api_key(self) -> str:
        """An API key that counts now; empty if all have ended."""
        now = time.time()
        return next((key.value for key in self.all_api_keys if key.is_live(now)), "")

    def has_private_key(self, given: str) -> bool:
        """Whether it is a private key that counts now, compared in constant time."""
        now, given_digest = time.time(), digest(given)
        matches = [
            hmac.compare_digest(key.value, given_digest) and key.is_live(now)
            for key in self.all_private_keys
        ]
        return any(matches)

    @classmethod
    def from_record(cls, record: Any) -> Self:
        """Check one record.

        Raises:
            ValueError: says what is wrong and shows no value of a key.
        """
        wanted = list(LEGACY_FIELDS.values())
        if not isinstance(record, Mapping):
            raise ValueError("is not a table of name, env, api_key and private_key")
        unknown = sorted(set(record) - set(wanted) - set(KEY_LISTS) - set(RULES))
        if unknown:
            raise ValueError(f"has unknown fields: {', '.join(map(str, unknown))}")
        optional = {one for many, one in KEY_LISTS.items() if many in record}
        missing = [
            f for f in wanted if not _is_text(record.get(f)) and f not in optional - {*record}
        ]
        if missing:
            raise ValueError(f"lacks a text for: {', '.join(missing)}")
        bad = [f for f in ("name", "env") if not NAME.fullmatch(record[f])]
        if bad:
            raise ValueError(f"{', '.join(bad)}: takes letters, digits, '.', '_', '-' only")
        given = {name: record[name] for name in wanted if name in record}
        lists: dict[str, Any] = {
            name: _keys(name, record[name]) for name in KEY_LISTS if name in record
        }
        rules = {name: value for name, value in record.items() if name in RULES}
        app = cls(**given, **lists, rules=Rules.from_record(rules))
        if not (app.rules.image.fallback or app.folder).startswith(app.folder):
            raise ValueError(f"image: fallback wants a key that begins with {app.folder}")
        for many, keys in (("api_keys", app.all_api_keys), ("private_keys", app.all_private_keys)):
            if len({key.value for key in keys}) < len(keys):
                # One entry could say that it has ended while the other still counts.
                raise ValueError(f"{many}: has a key twice")
        return app


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def _keys(name: str, raw: Any) -> tuple[Key, ...]:
    """A list of keys; private ones become digests."""
    if not isinstance(raw, list) or not 0 < len(raw) <= MAX_KEYS:
        raise ValueError(f"{name}: wants a list of 1 to {MAX_KEYS} keys")
    try:
        return tuple(_key(item, is_private=name == "private_keys") for item in raw)
    except (ValueError, AttributeError, TypeError):
        forms = '{ key = "…" }' + (' or { sha256 = "…" }' if name == "private_keys" else "")
        raise ValueError(f"{name}: wants {forms} for each, and not_after with a zone") from None


def _key(item: Mapping[str, Any], *, is_private: bool) -> Key:
    not_after = item.get("not_after")
    if not_after is not None and (not isinstance(not_after, datetime) or not not_after.tzinfo):
        raise ValueError
    (form,) = {*item} - {"not_after"}
    if not _is_text(item[form]):
        raise ValueError
    if form == "sha256" and is_private and DIGEST.fullmatch(item[form]):
        return Key(item[form], not_after)
    if form != "key":
        raise ValueError
    return Key(digest(item[form]) if is_private else item[form], not_after)


class AppRegistry:
    """All apps, found by API key, private key or full name; read again when the file changes."""

    def __init__(
        self,
        apps: Iterable[App],
        entries: Iterable[tuple[str, App]] = (),
        apps_file: str = "",
        check: Check = lambda _app: (),
    ) -> None:
        self._entries, self._file, self._check = tuple(entries), apps_file, check
        self._seen: tuple[int, ...] = ()
        self._reloading = threading.Lock()
        self._take(tuple(apps))

    @classmethod
    def load(cls, api_keys: str = "", apps_file: str = "", check: Check = lambda _app: ()) -> Self:
        """Read both sources; an API key stands in one record only.

        Args:
            check: of each app that has rules, whenever the file is read.

        Raises:
            ConfigurationError: for faults of the file, with their positions.
        """
        registry = cls((), _from_api_keys(api_keys), apps_file, check)
        registry._fill()
        if not registry._found.apps:
            logger.error("no app is configured: every upload and every image will be refused")
        return registry

    def reload(self) -> bool:
        """Read the file again; a faulty one changes nothing and is logged.

        Returns:
            whether the apps are those of the file now.
        """
        # One reading at a time: a slow one of the old file must not undo that of the new one.
        with self._reloading:
            try:
                self._fill(warn=False)
            except ConfigurationError as error:
                for fault in error.faults:
                    logger.error("the apps stay as they were: %s", fault)  # noqa: TRY400
                return False
            except Exception:
                # The watch must go on: else a retired key counts until the next start.
                logger.exception("the apps stay as they were")
                return False
            logger.info("the apps were read again: %d records", len(self._found.apps))
            return True

    def refresh(self) -> None:
        """Reload if the file has changed since it was last read."""
        if self._has_changed():
            self.reload()

    async def watch(self) -> None:
        """Reload whenever the file has changed, until cancelled; the reading leaves the loop."""
        while True:
            if self._has_changed():
                await asyncio.to_thread(self.reload)
            await asyncio.sleep(WATCH_SECONDS)

    def by_api_key(self, api_key: str) -> App | None:
        """The app that owns a (public) API key that counts now."""
        key, app = self._found.by_api_key.get(api_key, (None, None))
        return app if key and key.is_live(time.time()) else None

    def by_private_key(self, given: str) -> App | None:
        """The one app with this private key; None if there is none, or several share it."""
        # The digest of a guess tells nothing about keys that are close to it, so that a table
        # may find it.
        apps = self._found.by_private_digest.get(digest(given), ())
        live = [app for app in apps if app.has_private_key(given)]
        return live[0] if len(live) == 1 else None

    def by_name(self, full_name: str) -> App | None:
        """The app whose folder is `o/<full_name>/`."""
        return self._found.by_name.get(full_name)

    def has_folder(self, full_name: str) -> bool:
        """Whether `o/<full_name>/` belongs to an app."""
        return full_name in self._found.by_name

    def __iter__(self) -> Iterator[App]:
        return iter(self._found.apps)

    def _fill(self, *, warn: bool = True) -> None:
        self._seen = self._signature()  # before: a change while it is read is one more
        self._take(_read(self._entries, self._file, self._check, warn=warn))

    def _has_changed(self) -> bool:
        return self._signature() != self._seen

    def _take(self, apps: tuple[App, ...]) -> None:
        # One assignment of whole tables: a request sees the old records or the new ones.
        self._found = _Tables.of(apps)

    def _signature(self) -> tuple[int, ...]:
        """What changes when the file does."""
        try:
            found = Path(self._file).stat() if self._file else None
        except OSError:
            return (0,)
        # ctime tells of what keeps mtime: `cp -p`, another owner, another mode.
        return (found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino) if found else ()


@dataclass(frozen=True)
class _Tables:
    """Where the apps are found."""

    apps: tuple[App, ...]
    by_api_key: Mapping[str, tuple[Key, App]]
    by_private_digest: Mapping[str, tuple[App, ...]]
    by_name: Mapping[str, App]

    @classmethod
    def of(cls, apps: tuple[App, ...]) -> Self:
        owners: dict[str, dict[str, App]] = {}
        for app in apps:
            for key in app.all_private_keys:
                owners.setdefault(key.value, {}).setdefault(app.full_name, app)
        by_name: dict[str, App] = {}
        for app in apps:
            by_name[app.full_name] = _joined(by_name.get(app.full_name), app)
        return cls(
            apps,
            {key.value: (key, app) for app in apps for key in app.all_api_keys},
            {value: tuple(found.values()) for value, found in owners.items()},
            by_name,
        )


def _joined(first: App | None, app: App) -> App:
    """Records of one folder are one app, whichever of their keys signs."""
    if first is None:
        return app
    known = {key.value for key in first.all_private_keys}
    more = [key for key in app.all_private_keys if key.value not in known]
    return replace(first, private_keys=(*first.private_keys, *more)) if more else first


def _read(
    entries: Iterable[tuple[str, App]], apps_file: str, check: Check, *, warn: bool = True
) -> tuple[App, ...]:
    """The apps of both sources, those of API_KEYS with the rules that the file has for them."""
    faults: list[str] = []
    apps: list[App] = []
    keys: set[str] = set()
    owners: dict[str, tuple[str, str]] = {}
    from_file = list(_from_file(apps_file, faults))
    for position, app in from_file:
        faults += [f"{position}, {app.full_name}: {fault}" for fault in check(app)]
    rules = {app.full_name: app.rules for _, app in from_file}
    for position, app in [*entries, *from_file]:
        owner = owners.setdefault(app.full_name, (app.name, app.env))
        mine = {key.value for key in app.all_api_keys}
        clash = "its key stands in an earlier one" if mine & keys else ""
        if owner != (app.name, app.env):
            clash = f"its folder {app.full_name!r} is that of another app"
        if not clash:
            keys |= mine
            apps.append(replace(app, rules=rules.get(app.full_name, app.rules)))
        elif not position.startswith("API_KEYS"):
            faults.append(f"{position}: {clash}")
        elif warn:
            logger.error("%s: skipped, %s", position, clash)
    if faults:
        raise ConfigurationError(faults)
    return tuple(apps)


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
    """The TOML file: one [[apps]] table for each app."""
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
    names: set[str] = set()
    for number, record in enumerate(records, start=1):
        position = f"APPS_FILE {name}, app {number}"
        try:
            app = App.from_record(record)
        except ValueError as error:
            faults.append(f"{position}: {error}")
            continue
        if app.full_name in names:
            faults.append(f"{position}: {app.full_name} has a record; put further keys into it")
            continue
        names.add(app.full_name)
        yield position, app
