"""Asking: a script's request goes to the host, and the call ends; the host calls again with the answers."""

import binascii
import zlib

MAX_ASKS = 16
"""Number of asks that the contract permits a plugin in one round."""
MAX_CONTINUE_BYTES = 256 * 1024
"""Bytes of JSON that a plugin may keep between rounds."""
NOT_PERMITTED = -3


class Waiting(BaseException):
    """Ends a round. No state of a script is kept while a server works: the next round runs it from its start, with the answers."""


class AskError(Exception):
    """What the host could not answer; `code` is that of a host function, `retryable` and `retry_after_ms` stand where they are known."""

    def __init__(self, what, error, grant=""):
        hint = f"; the host has to grant it: {grant}" if error.get("code") == NOT_PERMITTED and grant else ""
        super().__init__(f"Cannot {what}: {error.get('message')}{hint}")
        self.code = error.get("code")
        self.retryable = error.get("retryable")
        self.retry_after_ms = error.get("retry_after_ms")


class Rounds:
    """The rounds of one call. A script must ask the same again in each, which is checked; `random` gives the same numbers in each."""

    def __init__(self, envelope):
        kept = envelope.get("continue") or {}
        self.seed = kept.get("seed") or posix.urandom(16).hex()
        self.logged = kept.get("logged", 0)
        self.known = kept.get("asked", [])
        self.answers = [*kept.get("answers", []), *(envelope.get("answers") or [])]
        self.asked = []
        self.pending = []

    def ask(self, requests):
        answers = []
        for request in requests:
            index = len(self.asked)
            text = encode(request)
            name = f"{zlib.crc32(text):x}.{len(text):x}"
            if index < len(self.known) and self.known[index] != name:
                raise RuntimeError(
                    "Cannot ask: the script asks something else than it did before the answers came; what it asks may depend on its "
                    "input, on answers and on the module random, and on nothing else"
                )
            self.asked.append(name)
            if index < len(self.answers):
                answers.append(self.answers[index])
            else:
                self.pending.append(request)
        if self.pending:
            raise Waiting
        return answers

    def output(self):
        asks = self.pending[:MAX_ASKS]
        kept = encode({
            "seed": self.seed, "logged": max(self.logged, plugin.logged), "asked": self.asked[: len(self.answers) + len(asks)],
            "answers": self.answers,
        })
        if len(kept) > MAX_CONTINUE_BYTES:
            raise RuntimeError(
                f"Cannot ask again: earlier answers take more than {MAX_CONTINUE_BYTES} bytes; ask for all at once, with fetch_all, or for less"
            )
        return b'{"ask":' + encode(asks) + b',"continue":' + kept + b"}"


class Headers(dict):
    """By name, in any case."""

    def __init__(self, given):
        super().__init__((name.lower(), value) for name, value in given.items())

    def __getitem__(self, name):
        return super().__getitem__(name.lower())

    def __contains__(self, name):
        return super().__contains__(name.lower())

    def get(self, name, default=None):
        return super().get(name.lower(), default)


class Response:
    """What a server answered, whatever its status."""

    def __init__(self, answer):
        self.status = answer.get("status", 0)
        self.url = answer.get("url", "")
        self.headers = Headers(answer.get("headers") or {})
        coded = answer.get("body_base64")
        self.body = (answer.get("body") or "").encode() if coded is None else binascii.a2b_base64(coded)

    @property
    def ok(self):
        return 200 <= self.status < 300

    @property
    def text(self):
        return self.body.decode("utf-8", "replace")

    def json(self):
        return json.loads(self.body)


def request_of(url, method="GET", headers=None, body=None, json=None, timeout_ms=None):
    """A request in the contract's form."""
    request = {"method": method.upper(), "url": str(url), "headers": dict(headers or {})}
    if json is not None:
        body = encode(json).decode()
        if not any(name.lower() == "content-type" for name in request["headers"]):
            request["headers"]["content-type"] = "application/json"
    if isinstance(body, (bytes, bytearray, memoryview)):
        request["body_base64"] = binascii.b2a_base64(body, newline=False).decode()
    elif body is not None:
        request["body"] = str(body)
    if timeout_ms is not None:
        request["timeout_ms"] = timeout_ms
    return request


def host_of(url):
    """In the form used by grants: `api.example.com` for https, or with its scheme."""
    scheme, _, rest = url.partition("://")
    host = authority_of(rest)
    return host if scheme == "https" else f"{scheme}://{host}"


def authority_of(rest):
    for mark in "/?#":
        rest = rest.partition(mark)[0]
    return rest.rpartition("@")[2]


def fetch_all(rounds, requests):
    given = [request_of(**one) if isinstance(one, dict) else request_of(one) for one in requests]
    responses = []
    for request, answer in zip(given, rounds.ask(given)):
        if answer.get("error"):
            host = host_of(request["url"])
            raise AskError(f"fetch {request['url']}", answer["error"], f'permissions: {{ network: true, allowedHosts: ["{host}"] }}')
        responses.append(Response(answer))
    return responses


def complete(rounds, provider, data):
    answer = rounds.ask([{"provider": provider, "complete": data}])[0]
    if answer.get("error"):
        raise AskError(f"ask {provider}", answer["error"])
    return answer.get("output")


def embed(rounds, provider, model, texts):
    answer = rounds.ask([{"provider": provider, "embed": {"model": model, "input": list(texts)}}])[0]
    if answer.get("error"):
        raise AskError(f"ask {provider}", answer["error"])
    return answer["output"]["embeddings"]
