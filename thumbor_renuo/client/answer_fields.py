"""The fields of an answer's JSON, read by name and type."""

from datetime import UTC, datetime
from typing import Any, TypeVar

from thumbor_renuo.client.errors import BadAnswer

T = TypeVar("T")


class Fields:
    """An object of an answer, read field by field.

    Raises:
        BadAnswer: at the first field that is missing or of another type; it is named.
    """

    def __init__(self, value: Any) -> None:
        if not isinstance(value, dict):
            raise BadAnswer("the answer is no JSON object")
        self._value = value

    def take(self, name: str, kind: type[T]) -> T:
        """A field that is always there."""
        found = self._value.get(name)
        if not isinstance(found, kind) or (kind is int and isinstance(found, bool)):
            raise BadAnswer(f"the answer's field {name!r} is missing or no {kind.__name__}")
        return found

    def optional(self, name: str, kind: type[T]) -> T | None:
        """A field that may be absent or null."""
        return None if self._value.get(name) is None else self.take(name, kind)

    def time(self, name: str) -> datetime:
        """A time in ISO 8601; in UTC where it does not say."""
        text = self.take(name, str)
        try:
            found = datetime.fromisoformat(text)
        except ValueError:
            raise BadAnswer(f"the answer's field {name!r} is no time") from None
        return found if found.tzinfo else found.replace(tzinfo=UTC)

    def texts(self, name: str) -> dict[str, str]:
        """An object of texts."""
        found: dict[Any, Any] = self.take(name, dict)
        if not all(isinstance(text, str) for text in found.values()):
            raise BadAnswer(f"the answer's field {name!r} has more than texts")
        return found

    def take_texts(self, *names: str) -> Any:
        """Several texts that are always there, by name."""
        return {name: self.take(name, str) for name in names}


def path_in_app(key: str) -> str:
    """The key without its first two components."""
    return "/".join(key.split("/")[2:])
