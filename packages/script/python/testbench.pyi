"""What a script in Python gets, for editors; `InvalidInput` and `AskError` are imported, all else is handed over."""

from collections.abc import Iterable, Mapping
from typing import Any, Literal

Level = Literal["trace", "debug", "info", "warn", "error"]

class InvalidInput(Exception):
    """Raise it for an input or a configuration that cannot be used: the call fails with `CALL_INVALID_INPUT`, and not as a mistake of the script."""

class AskError(Exception):
    """Raised by `fetch` and `complete` where there is no answer: not granted, no connection, too late. Uncaught it fails the call, and says whether it may be repeated."""

    code: int
    """That of a host function: -3 not granted, -4 a limit or too late, -5 no connection, or it broke off."""
    retryable: bool | None
    """Whether the same ask may succeed later; None if unknown."""
    retry_after_ms: float | None
    """In how many milliseconds at the earliest; None if unknown."""

class State:
    """What the plugin keeps between calls, by text; values are what JSON can hold. Each function raises `OSError` if the host refuses."""

    def get(self, key: str, default: Any = None) -> Any:
        """The value that is kept under a key, or `default`."""

    def set(self, key: str, value: Any) -> None:
        """Keeps a value, in the place of an old one."""

    def delete(self, key: str) -> None:
        """Forgets a value; does nothing if there is none."""

class Attachment:
    """A file of the record, such as an image, for a script with `multi_modal_evaluation` among its `capabilities`."""

    field: str
    """The field of the record that names it."""
    media_type: str
    """As the host found it in the bytes: `image/png`."""
    size: int
    """In bytes."""
    digest: str
    """`sha256:` and the hex digest of its bytes."""

    def bytes(self) -> bytes:
        """The whole file. Raises `OSError` if the host does not give it."""

    def text(self) -> str:
        """The whole file as UTF-8. Raises `OSError` if the host does not give it, and `UnicodeDecodeError`."""

class Context:
    """What a call knows besides its data."""

    config: dict[str, Any]
    """The configuration, checked against `config` of `plugin`, with its defaults."""
    state: State
    """What is kept between calls."""
    request_id: str | None
    """Names the call in logs and traces; None if the caller gave no name."""
    attachments: list[Attachment]
    """Files of the record."""
    metadata: dict[str, str]
    """What came with the call besides its data, text by name."""

    def log(self, text: object, level: Level = "info") -> None:
        """Writes to the host's log, as `print` does line by line."""

    def fetch(
        self,
        url: str,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        body: str | bytes | None = None,
        json: Any = None,
        timeout_ms: int | None = None,
    ) -> Response:
        """Sends a request through the host, which has to grant it, and gives the answer, whatever its status. `${secret:NAME}` in a header is filled in by the host; `timeout_ms` is by default the time that the call has left. Raises `AskError`."""

    def fetch_all(self, requests: Iterable[str | Mapping[str, Any]]) -> list[Response]:
        """Sends several requests at once, at most 16 a round: URLs, or dicts of what `fetch` takes. Raises `AskError`."""

    def complete(self, provider: str, data: Mapping[str, Any]) -> Any:
        """An answer of a provider that the host knows by this name, of `model`, and `prompt` or `messages`. Raises `AskError`."""

    def embed(self, provider: str, model: str, texts: Iterable[str]) -> list[list[float]]:
        """Embeddings of up to 64 texts, in their order, by a model of a provider that the host knows by this name. Raises `AskError`."""

    def env(self, name: str) -> str | None:
        """A variable of the environment that the host grants; None if there is none."""

class Record(dict[str, Any]):
    """The data of a call, as a dict and by attributes: `record["output"]`, or `record.output`, which raises `AttributeError` with the fields that there are."""

class Response:
    """What a server answered, whatever its status."""

    status: int
    """As in HTTP: 200, 404, …"""
    url: str
    """Where the answer came from, after redirects."""
    headers: Mapping[str, str]
    """By name, in any case."""
    body: bytes
    """As it came."""

    @property
    def ok(self) -> bool:
        """True for a status from 200 to 299."""

    @property
    def text(self) -> str:
        """The body as UTF-8; what is none becomes U+FFFD."""

    def json(self) -> Any:
        """The body as JSON; raises `ValueError` if it is none."""
