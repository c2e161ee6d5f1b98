"""What a script in Python gets, for editors; `InvalidInput` alone is imported."""

from typing import Any, Literal

Level = Literal["trace", "debug", "info", "warn", "error"]

class InvalidInput(Exception):
    """Raise it for an input or a configuration that cannot be used: the call fails with `CALL_INVALID_INPUT`, and not as a mistake of the script."""

class State:
    """What the plugin keeps between calls, by text; values are what JSON can hold. Each function raises `OSError` if the host refuses."""

    def get(self, key: str, default: Any = None) -> Any:
        """The value that is kept under a key, or `default`."""

    def set(self, key: str, value: Any) -> None:
        """Keeps a value, in the place of an old one."""

    def delete(self, key: str) -> None:
        """Forgets a value; does nothing if there is none."""

class Context:
    """What a call knows besides its data."""

    config: dict[str, Any]
    """The configuration, checked against `config` of `plugin`, with its defaults."""
    state: State
    """What is kept between calls."""
    request_id: str | None
    """Names the call in logs and traces; None if the caller gave no name."""
    metadata: dict[str, str]
    """What came with the call besides its data, text by name."""

    def log(self, text: object, level: Level = "info") -> None:
        """Writes to the host's log, as `print` does line by line."""

    def env(self, name: str) -> str | None:
        """A variable of the environment that the host grants; None if there is none."""

class Record(dict[str, Any]):
    """The data of a call, as a dict and by attributes: `record["output"]`, or `record.output`, which raises `AttributeError` with the fields that there are."""
