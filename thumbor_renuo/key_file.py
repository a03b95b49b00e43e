"""The apps' TOML file, edited: keys are made, listed and retired, and all else stays as it is."""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import AoT, InlineTable, Table, Trivia

from thumbor_renuo.apps import App, AppRegistry, digest, fingerprint
from thumbor_renuo.errors import ConfigurationError

KINDS = ("api", "private")
API_KEY_BYTES, PRIVATE_KEY_BYTES = 12, 32

Record = Table | InlineTable


class KeyFileError(ConfigurationError):
    """The file stays as it was; `faults` has one line for each reason."""

    def __str__(self) -> str:
        """The reasons alone: it is no start that failed."""
        return "\n".join(self.faults)


@dataclass(frozen=True)
class ListedKey:
    """One key, without its secret.

    Attributes:
        kind: one of KINDS.
        fingerprint: the first letters of its SHA-256, as log lines have it.
        value: an API key, which is public; empty for a private one.
    """

    app: str
    kind: str
    fingerprint: str
    value: str
    not_after: datetime | None

    def state(self, now: datetime) -> str:
        """`live`, or `ended`."""
        return "live" if self.not_after is None or now < self.not_after else "ended"


class KeyFile:
    """A file of apps; each change is checked as the server would, and written whole or not at all.

    All methods raise KeyFileError where the file cannot be read or is no file of apps, and OSError
    where it cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        # A link stays one: what it leads to is edited.
        self._target = Path(os.path.realpath(path))

    def new(self, name: str, env: str, kind: str, *, not_after: datetime | None = None) -> str:
        """Make a key and return it; of a private one only the SHA-256 is kept.

        Raises:
            KeyFileError: there is no such app.
        """
        key, entry = _new_key(kind)
        if not_after:
            entry["not_after"] = not_after
        with self._edited() as document:
            _add(self._record(document, f"{name}-{env}"), kind, entry)
        return key

    def new_app(self, name: str, env: str) -> tuple[str, str]:
        """Make an app with a key of each kind; returns the API key and the private key.

        Raises:
            KeyFileError: it is there already, or its name is none.
        """
        with self._edited() as document:
            if f"{name}-{env}" in dict(_records(document)):
                raise KeyFileError([f"{name}-{env} is an app already"])
            apps = document.setdefault("apps", tomlkit.aot())
            record: Record = tomlkit.table() if isinstance(apps, AoT) else tomlkit.inline_table()
            record["name"], record["env"] = name, env
            made = []
            for kind in KINDS:
                key, entry = _new_key(kind)
                _add(record, kind, entry)
                made.append(key)
            if apps and isinstance(record, Table):
                record.trivia.indent = "\n"
            apps.append(record)
        return made[0], made[1]

    def listed(self) -> list[ListedKey]:
        """All keys, ended ones included."""
        return [listed for app in _checked(self._path) for listed in _listed(app)]

    def retire(self, full_name: str, shown: str, *, at: datetime) -> None:
        """End a key at a moment.

        Args:
            shown: its fingerprint, or the beginning of it.

        Raises:
            KeyFileError: no key, or several, of the app begin so.
        """
        with self._edited() as document:
            record = self._record(document, full_name)
            found = [entry for entry in _entries(record) if entry.shown.startswith(shown)]
            if len(found) != 1:
                words = "no key" if not found else f"{len(found)} keys"
                raise KeyFileError([f"the fingerprint {shown!r} is that of {words} of {full_name}"])
            found[0].end(at)

    def _record(self, document: tomlkit.TOMLDocument, full_name: str) -> Record:
        for name, record in _records(document):
            if name == full_name:
                return record
        raise KeyFileError([f"{self._path} has no app {full_name}: make it with --create"])

    # -- the file -------------------------------------------------------------------------------

    @contextmanager
    def _edited(self) -> Iterator[tomlkit.TOMLDocument]:
        """Read the file, let it be changed, and write it, while other edits wait."""
        folder = os.open(self._target.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            document = self._read()
            yield document
            self._write(tomlkit.dumps(document))
        finally:
            os.close(folder)

    def _read(self) -> tomlkit.TOMLDocument:
        try:
            text = self._target.read_bytes().decode()  # read_text would change the line ends
            document = tomlkit.parse(text if text.endswith("\n") or not text else f"{text}\n")
        except FileNotFoundError:
            return tomlkit.document()
        except (OSError, ValueError, RecursionError, TOMLKitError) as error:
            _checked(self._path)  # knows more words
            raise KeyFileError([f"{self._path}: cannot be read ({type(error).__name__})"]) from None
        if document:
            _checked(self._path)
        return document

    def _write(self, text: str) -> None:
        draft = self._target.with_name(f".{self._target.name}.new")
        draft.unlink(missing_ok=True)
        try:
            created = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(created, "wb") as file:
                file.write(text.encode())
                file.flush()
                self._copy_owner_and_mode(file.fileno())
                os.fsync(file.fileno())
            _checked(draft, shown=self._path)
            draft.replace(self._target)
        finally:
            draft.unlink(missing_ok=True)

    def _copy_owner_and_mode(self, draft: int) -> None:
        """The server must still be able to read it, whoever edits it."""
        if not self._target.exists():
            return
        before = self._target.stat()
        with suppress(PermissionError):  # only root gives files away
            os.fchown(draft, before.st_uid, -1)
        os.fchown(draft, -1, before.st_gid)
        os.fchmod(draft, before.st_mode & 0o777)


def _checked(path: Path, *, shown: Path | None = None) -> AppRegistry:
    """The apps of a file as the server reads them; faults name `shown`."""
    try:
        return AppRegistry.load("", str(path))
    except ConfigurationError as error:
        faults = [fault.replace(str(path), str(shown or path)) for fault in error.faults]
        raise KeyFileError(faults) from None


@dataclass(frozen=True)
class _Entry:
    """A key where it stands in the file: as a short form, or in a list."""

    record: Record
    kind: str
    shown: str
    item: InlineTable | Table | None = None  # of the list

    def end(self, at: datetime) -> None:
        if self.item is not None:
            self.item["not_after"] = at
            return
        # A short form has no place for an end: it moves into the list.
        short, many = f"{self.kind}_key", f"{self.kind}_keys"
        key, line = str(self.record[short]), _line(self.record, short)
        is_first = many not in self.record
        entry = tomlkit.inline_table()
        if self.kind == "api":
            entry["key"] = key
        else:
            entry["sha256"] = digest(key)
        entry["not_after"] = at
        _add(self.record, self.kind, entry)
        del self.record[short]
        if is_first:
            moved = _line(self.record, many)
            moved.comment_ws, moved.comment = line.comment_ws, line.comment


def _records(document: tomlkit.TOMLDocument) -> Iterator[tuple[str, Record]]:
    for record in document.get("apps", []):
        yield f"{record['name']}-{record['env']}", record


def _entries(record: Record) -> Iterator[_Entry]:
    for kind in KINDS:
        if f"{kind}_key" in record:
            yield _Entry(record, kind, fingerprint(str(record[f"{kind}_key"])))
        for item in record.get(f"{kind}_keys", []):
            shown = str(item["sha256"])[:8] if "sha256" in item else fingerprint(str(item["key"]))
            yield _Entry(record, kind, shown, item)


def _listed(app: App) -> Iterator[ListedKey]:
    for key in app.all_api_keys:
        yield ListedKey(app.full_name, "api", fingerprint(key.value), key.value, key.not_after)
    for key in app.all_private_keys:
        yield ListedKey(app.full_name, "private", key.value[:8], "", key.not_after)


def _new_key(kind: str) -> tuple[str, InlineTable]:
    entry = tomlkit.inline_table()
    if kind == "api":
        key = secrets.token_hex(API_KEY_BYTES)
        entry["key"] = key
    else:
        key = secrets.token_urlsafe(PRIVATE_KEY_BYTES)
        entry["sha256"] = digest(key)
    return key, entry


def _add(record: Record, kind: str, entry: InlineTable) -> None:
    """Put a key into its list."""
    name = f"{kind}_keys"
    if name not in record:
        _insert_list(record, kind)
    keys = record[name]
    if isinstance(keys, AoT):  # [[apps.private_keys]]
        table = tomlkit.table()
        table.update(entry)
        keys.append(table)
    else:
        keys.append(entry)


def _insert_list(record: Record, kind: str) -> None:
    """Make an empty list by the app's other keys: at the end, a comment may head what follows."""
    name, keys = f"{kind}_keys", tomlkit.array()
    if isinstance(record, InlineTable):
        record[name] = keys
        return
    places = (f"{kind}_key", "private_keys", "private_key", "api_keys", "api_key", "env")
    place = next(key for key in places if key in record and not isinstance(record[key], AoT))
    line = _line(record, place)
    keys.trivia.indent, keys.trivia.trail = line.indent, line.trail
    record.value._insert_after(place, name, keys)  # noqa: SLF001 - tomlkit itself appends only


def _line(record: Record, name: str) -> Trivia:
    """What surrounds a value: its indent, comment and line end."""
    return next(item.trivia for key, item in record.value.body if key and key.key == name)


def now() -> datetime:
    """The moment, in whole seconds (UTC), as the file has it."""
    return datetime.now(UTC).replace(microsecond=0)
