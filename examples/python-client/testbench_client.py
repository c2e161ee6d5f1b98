"""A client of `testbench serve`, in one file of the standard library (Python 3.9 or newer).

    with Client("http://127.0.0.1:8080", token) as bench:
        bench.evaluate("exact-match", output="Paris", expected="Paris")["score"]  # 1
        for index, result in enumerate(bench.evaluate_all("token-f1", rows)):
            print(index, result["score"])

Copy it into your project. A client holds one connection and is used by one thread at a time.
"""

import http.client
import json
import os
import sys
import time
from urllib.parse import urlsplit

__all__ = ["Client", "ServeError"]

# What a server takes in one request by default.
MAX_BATCH = 1000


class ServeError(Exception):
    """The server refused a request, or a plugin failed. Match on `code`."""

    def __init__(self, problem):
        super().__init__("%s: %s" % (problem.get("code"), problem.get("detail")))
        self.code = problem.get("code", "INTERNAL")
        self.status = problem.get("status", 500)
        self.retryable = problem.get("retryable") is True
        self.retry_after = problem.get("retry_after_ms", 1000) / 1000
        self.problem = problem


class Client:
    """Calls the plugins of one server.

    `timeout` is in seconds, for each read from the socket. `retries` is how often a request that was refused for now (the server is busy, a provider
    has a rate limit) is made again.
    """

    def __init__(self, url, token=None, timeout=330.0, retries=5):
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("Cannot use the address %r: expected http://host:port" % url)
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        self._connection = kind(parts.hostname, parts.port, timeout=timeout)
        self._prefix = parts.path.rstrip("/")
        self._token = token or os.environ.get("TESTBENCH_SERVE_TOKEN", "")
        self._retries = retries

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self._connection.close()

    def plugins(self):
        """What can be called: a list of id, type, version, …"""
        return self._ask("GET", "/v1/plugins")["plugins"]

    def execute(self, plugin, data, **limits):
        """Runs one input through a plugin; returns its data and metadata. `limits`: timeout_ms, max_fuel."""
        return self._ask("POST", "/v1/execute", dict(plugin=plugin, data=data, **limits))

    def evaluate(self, evaluator, **data):
        """Scores one answer: `output`, and most often `expected`. Returns score, metrics, explanation."""
        return self.execute(evaluator, data)["data"]

    def evaluate_all(self, evaluator, rows, batch=200):
        """Scores many answers, each a dict as for `evaluate`; yields results in order. A row that fails raises when its turn comes."""
        for group in _groups(rows, min(batch, MAX_BATCH)):
            body = dict(plugin=evaluator, inputs=[dict(data=row) for row in group])
            for result in self._ask("POST", "/v1/execute/batch", body)["results"]:
                if result["type"] == "error":
                    raise ServeError(result["error"])
                yield result["data"]

    def stream(self, plugin, data=None, inputs=None):
        """Yields events as they come: chunks and the result of one input (`data`), or the results of several (`inputs`)."""
        one = dict(data=data) if inputs is None else dict(inputs=[dict(data=row) for row in inputs])
        response = self._send("POST", "/v1/execute/stream", dict(plugin=plugin, **one))
        try:
            for line in response:
                event = json.loads(line)
                # An error with an index is of one input; one without ends the stream.
                if event["type"] == "error" and "index" not in event:
                    raise ServeError(event["error"])
                yield event
        finally:
            if not response.isclosed():
                # What is left of the stream must not be taken for the next answer.
                self._connection.close()

    def _ask(self, method, path, body=None):
        for attempt in range(self._retries + 1):
            try:
                return json.loads(self._send(method, path, body).read())
            except ServeError as error:
                if not error.retryable or attempt == self._retries:
                    raise
                time.sleep(min(error.retry_after, 60))

    def _send(self, method, path, body=None):
        headers = {"Authorization": "Bearer " + self._token, "Accept": "application/json"}
        payload = None
        if body is not None:
            # NaN is not JSON.
            payload = json.dumps(body, allow_nan=False).encode()
            headers["Content-Type"] = "application/json"
        try:
            self._connection.request(method, self._prefix + path, payload, headers)
            response = self._connection.getresponse()
        except (http.client.HTTPException, OSError):
            # The next request gets a new connection. This one may have been carried out: it is not made again.
            self._connection.close()
            raise
        if response.status == 200:
            return response
        text = response.read()
        try:
            problem = json.loads(text)
        except ValueError:
            problem = dict(status=response.status, detail=text[:200].decode("utf-8", "replace"))
        raise ServeError(problem)


def _groups(rows, size):
    group = []
    for row in rows:
        group.append(row)
        if len(group) == size:
            yield group
            group = []
    if group:
        yield group


def main(arguments):
    """python3 testbench_client.py <url> <evaluator> < rows.jsonl: prints a score for each row, and the mean."""
    url, evaluator = arguments
    rows = (json.loads(line) for line in sys.stdin if line.strip())
    scores = []
    with Client(url) as bench:
        for result in bench.evaluate_all(evaluator, rows):
            scores.append(result["score"])
            print(result["score"])
    if scores:
        print("mean %.4f of %d" % (sum(scores) / len(scores), len(scores)), file=sys.stderr)


if __name__ == "__main__":
    main(sys.argv[1:])
