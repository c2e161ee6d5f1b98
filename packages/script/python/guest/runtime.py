"""The part of every Python plugin that runs before its author's code; `scripts/build-python.mjs` puts it into the interpreter."""

import json
import posix
import sys
import time

# Codecs are looked up when they are first used, and after the build there is nowhere to look.
import encodings.ascii, encodings.cp1252, encodings.hex_codec, encodings.latin_1, encodings.rot_13  # noqa: E401
import encodings.utf_16, encodings.utf_16_be, encodings.utf_16_le, encodings.utf_32, encodings.utf_8_sig  # noqa: E401
import heapq  # Counter.most_common imports it

MAX_FRAMES = 12
MAX_MESSAGE = 2_000
MAX_LINES = 1_000
"""Lines that one call may print."""
MAX_BUILD_STEPS = 1_000_000
"""Lines of the author's code that a build may run: some seconds."""
LEVELS = {"trace": 0, "debug": 1, "info": 2, "warn": 3, "error": 4}
WAYS = {
    "evaluate": "evaluator",
    "transform": "transform",
    "filter": "filter",
    "keep": "filter",
    "complete": "provider",
    "run": "custom",
}
FACTS = (
    "name", "version", "description", "author", "license", "homepage", "capabilities", "custom", "dependencies",
    "permissions", "metering",
)


class InvalidInput(Exception):
    """Raise it for an input or a configuration that cannot be used: the host is told whose fault it is."""


def ask(message):
    """Asks the host; returns the bytes of its answer."""
    length = posix.write(2, message)
    return posix.read(0, length) if length > 0 else b""


def encode(value):
    return json.dumps(value, ensure_ascii=False, allow_nan=False).encode("utf-8", "replace")


def log(text, level="info"):
    """Writes to the host's log; lines that earlier rounds of the call have written are not written again."""
    plugin.logged += 1
    if plugin.logged <= plugin.skipped:
        return
    data = str(text).encode("utf-8", "replace")
    try:
        posix.write(2, b"L" + bytes([LEVELS[level]]) + data)
    except OSError:
        pass


class Printer:
    """Standard output: each line becomes one of the log."""

    encoding = "utf-8"
    errors = "replace"
    closed = False

    def __init__(self, level):
        self.level = level
        self.begin()

    def begin(self):
        self.rest = ""
        self.lines = 0

    def write(self, text):
        *lines, self.rest = (self.rest + str(text)).split("\n")
        for line in lines:
            self.put(line)
        if len(self.rest) > 10_000:
            self.end()
        return len(text)

    def put(self, line):
        self.lines += 1
        if self.lines < MAX_LINES:
            log(line, self.level)
        elif self.lines == MAX_LINES:
            log("(more lines were printed)", "warn")

    def end(self):
        if self.rest:
            self.put(self.rest)
            self.rest = ""

    def flush(self):
        pass

    def isatty(self):
        return False

    def writable(self):
        return True


class State:
    """What the plugin keeps between calls, by text; values are what JSON can hold."""

    def get(self, key, default=None):
        try:
            return json.loads(ask(b"G" + key.encode()))
        except FileNotFoundError:
            return default

    def set(self, key, value):
        name = key.encode()
        posix.write(2, b"S" + len(name).to_bytes(4, "little") + name + encode(value))

    def delete(self, key):
        try:
            posix.write(2, b"D" + key.encode())
        except FileNotFoundError:
            pass


class Attachment:
    """A file of the record."""

    def __init__(self, index, described):
        self._index = index
        self.field = described.get("field")
        self.media_type = described.get("media_type")
        self.size = described.get("bytes", 0)
        self.digest = described.get("digest")

    def bytes(self):
        """The whole file."""
        return ask(b"A" + self._index.to_bytes(4, "little") + self.size.to_bytes(4, "little"))

    def text(self):
        """The whole file as UTF-8."""
        return self.bytes().decode()


class Context:
    """What a call knows besides its data."""

    state = State()

    def __init__(self, config, envelope, rounds=None):
        self.config = config
        self._rounds = rounds
        given = envelope.get("context") or {}
        data = envelope.get("data")
        found = data.get("attachments") if isinstance(data, dict) else None
        self.attachments = [Attachment(*each) for each in enumerate(found)] if isinstance(found, list) else []
        self.request_id = given.get("request_id")
        self.metadata = given.get("metadata") or {}

    def log(self, text, level="info"):
        log(text, level)

    def env(self, name):
        """A variable of the environment that the host grants; None if there is none."""
        try:
            return ask(b"V" + name.encode()).decode()
        except FileNotFoundError:
            return None

    def fetch(self, url, method="GET", headers=None, body=None, json=None, timeout_ms=None):
        """Sends a request through the host, and gives its `Response`; raises `AskError` for none."""
        request = {"url": url, "method": method, "headers": headers, "body": body, "json": json, "timeout_ms": timeout_ms}
        return fetch_all(self._asking("fetch"), [request])[0]

    def fetch_all(self, requests):
        """Sends several requests at once: URLs, or dicts of what `fetch` takes."""
        return fetch_all(self._asking("fetch"), list(requests))

    def complete(self, provider, data):
        """An answer of a provider that the host knows by name."""
        return complete(self._asking("ask a provider"), provider, data)

    def embed(self, provider, model, texts):
        """Embeddings of texts, by a model of a provider that the host knows by name."""
        return embed(self._asking("ask a provider"), provider, model, texts)

    def _asking(self, what):
        if self._rounds is None:
            raise RuntimeError(
                f'Cannot {what}: the script does not say that it does; add "permissions": {{"network": True, "allowed_hosts": [...]}} '
                'or "asking": True to its dict "plugin"'
            )
        return self._rounds


class Record(dict):
    """The data of a call: `record["output"]`, or `record.output`."""

    def __getattr__(self, name):
        try:
            return self[name]
        except KeyError:
            raise AttributeError(f"the record has no {name!r}; it has: {', '.join(self)}") from None


class Plugin:
    """The author's script."""

    def __init__(self):
        self.files = {}
        self.namespace = None
        self.type = None
        self.way = None
        self.schema = None
        self.config = {}
        self.facts = {}
        self.asking = False
        self.logged = self.skipped = 0


plugin = Plugin()
out, err = Printer("info"), Printer("warn")


# --- What went wrong, and where.


def frames_of(error):
    """Frames of the author's files, the innermost first."""
    traces = []
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename in plugin.files:
            traces.append(trace)
            # In a recursion only the innermost frames are reported, and finding columns takes time.
            del traces[:-MAX_FRAMES]
        trace = trace.tb_next
    frames = []
    for trace in reversed(traces):
        code = trace.tb_frame.f_code
        column = 0
        for index, (_, _, start, _) in enumerate(code.co_positions()):
            if index == trace.tb_lasti // 2:
                column = (start or 0) + 1
                break
        frames.append({
            "function": code.co_name, "file": code.co_filename, "line": trace.tb_lineno, "column": column,
        })
    if isinstance(error, SyntaxError) and error.filename in plugin.files:
        frames.insert(0, {
            "function": "<module>", "file": error.filename, "line": error.lineno or 0, "column": error.offset or 0,
        })
    return frames[:MAX_FRAMES]


def message_of(error):
    if isinstance(error, SyntaxError):
        text = error.msg
    else:
        try:
            text = str(error)
        except BaseException:
            text = "an error that cannot be described"
    name = type(error).__name__
    text = f"{name}: {text}" if text else name
    return text if len(text) <= MAX_MESSAGE else text[:MAX_MESSAGE] + "…"


def describe(error):
    frames = frames_of(error)
    message = message_of(error)
    return {"message": message, "stack": frames}


def report(error):
    invalid = isinstance(error, InvalidInput)
    described = describe(error)
    stack = described["stack"]
    message = str(error) if invalid else described["message"]
    if stack and not invalid:
        message += f" ({stack[0]['file']}:{stack[0]['line']}:{stack[0]['column']})"
    details = {"stack": stack}
    if isinstance(error, AskError):
        details |= {name: getattr(error, name) for name in ("retryable", "retry_after_ms") if getattr(error, name) is not None}
    text = encode({"message": message, "details": details})
    posix.write(2, b"E" + bytes([2 if invalid else 1]) + text)


# --- Imports.


class Sources:
    """Finds the author's own modules, which are next to the script."""

    def find_spec(self, name, path=None, target=None):
        file = plugin.modules.get(name)
        if file is None:
            return None
        from importlib.machinery import ModuleSpec

        return ModuleSpec(name, self, origin=file, is_package=file.endswith("__init__.py"))

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        exec(compile(plugin.files[module.__spec__.origin], module.__spec__.origin, "exec"), module.__dict__)


class Absent:
    """The last finder once a plugin is built."""

    def find_spec(self, name, path=None, target=None):
        raise ModuleNotFoundError(
            f"No module named {name!r}: a plugin has the modules that its script named when it was built", name=name
        )


def imports_of(code):
    """Imports of a code object and everything in it, as (module, names, line, whether it is inside a try)."""
    extended = 0
    guarded = guarded_ranges(code.co_exceptiontable)
    raw = code.co_code
    lines = {start: line for start, _, line in code.co_lines()}
    line = code.co_firstlineno
    names = level = None
    for offset in range(0, len(raw), 2):
        line = lines.get(offset) or line
        operation, argument = raw[offset], raw[offset + 1] | extended
        extended = argument << 8 if operation == 144 else 0
        if operation == 100:  # LOAD_CONST
            level, names = names, code.co_consts[argument]
        elif operation == 108:  # IMPORT_NAME
            inside = any(start <= offset < end for start, end in guarded)
            if level == 0:
                yield code.co_names[argument], names or (), line, inside
    for constant in code.co_consts:
        if hasattr(constant, "co_code"):
            yield from imports_of(constant)


def guarded_ranges(table):
    position = 0

    def number():
        nonlocal position
        byte = table[position]
        position += 1
        value = byte & 63
        while byte & 64:
            byte = table[position]
            position += 1
            value = value << 6 | byte & 63
        return value

    while position < len(table):
        start, length = number() * 2, number() * 2
        number()
        number()
        yield start, start + length


def load_imports(file, code):
    """Runs now the imports that functions make when they are called: afterwards there is nothing to import from."""
    for name, names, line, guarded in list(imports_of(code)):
        try:
            __import__(name)
            for part in names:
                if part != "*" and not hasattr(sys.modules[name], part) and hasattr(sys.modules[name], "__path__"):
                    try:
                        __import__(f"{name}.{part}")
                    except ModuleNotFoundError:
                        pass
        except ImportError as error:
            if not guarded:
                raise Refused(message_of(error), file, line) from error


class Refused(BaseException):
    def __init__(self, message, file, line):
        super().__init__(message)
        self.place = {"function": "<module>", "file": file, "line": line, "column": 0}


def finish_imports():
    if "datetime" in sys.modules or "time" in plugin.namespace:
        import _strptime  # noqa: F401
    if "functools" in sys.modules and "typing" in sys.modules:
        import types  # noqa: F401


# --- While the plugin is built.


def build():
    try:
        outcome = read_script(json.loads(ask(b"I")))
    except BaseException as error:
        described = describe(error)
        if isinstance(error, Refused):
            described = {"message": str(error), "stack": [error.place]}
        outcome = {"problem": described}
    out.end()
    err.end()
    posix.write(2, b"O" + encode(outcome))


def read_script(given):
    plugin.files = given["files"]
    plugin.modules = given["modules"]
    file = given["file"]
    sys.meta_path.insert(0, Sources())
    code = compile(plugin.files[file], file, "exec", dont_inherit=True)
    import types

    module = types.ModuleType("plugin")
    module.__file__ = file
    sys.modules["plugin"] = module
    plugin.namespace = module.__dict__
    bounded(lambda: exec(code, plugin.namespace))
    load_imports(file, code)
    for name, origin in plugin.modules.items():
        if name in sys.modules:
            load_imports(origin, compile(plugin.files[origin], origin, "exec", dont_inherit=True))
    finish_imports()
    outcome = read_definition()
    sys.meta_path[:] = [*(one for one in sys.meta_path if getattr(one, "__name__", "") != "PathFinder"), Absent()]
    sys.path[:] = []
    sys.path_hooks[:] = []
    sys.path_importer_cache.clear()
    import gc

    gc.collect()
    return outcome


def bounded(action):
    """Runs code of the author that must end: nothing else would stop a build."""
    steps = 0

    def count(frame, event, argument):
        nonlocal steps
        steps += 1
        if steps > MAX_BUILD_STEPS:
            raise Refused("its evaluation does not end", frame.f_code.co_filename, frame.f_lineno)
        return count

    # Lines are counted only in the author's files: a library's module may take as long as it needs.
    sys.settrace(lambda frame, event, argument: count if frame.f_code.co_filename in plugin.files else None)
    try:
        action()
    finally:
        sys.settrace(None)


def read_definition():
    namespace = plugin.namespace
    facts = namespace.get("plugin", {})
    if not isinstance(facts, dict):
        raise TypeError('Cannot use "plugin": expected a dict')
    known = {*FACTS, "asking", "config", "untrusted"}
    for name in facts:
        if name not in known:
            raise TypeError(f'Cannot use "plugin": there is no {name!r}; there are: {", ".join(sorted(known))}')
    found = [name for name in WAYS if callable(namespace.get(name)) and not isinstance(namespace[name], type)]
    if len(found) != 1:
        state = "it defines no function " + ", ".join(WAYS) if not found else "it defines " + " and ".join(found)
        raise TypeError(f"Cannot use the script: {state}; expected one of them")
    plugin.way = found[0]
    plugin.type = WAYS[plugin.way]
    plugin.facts = facts
    config = facts.get("config")
    if config is not None and config.get("type") != "object":
        config = {"type": "object", "properties": config, "additionalProperties": False}
    plugin.schema = config
    told = {name: facts[name] for name in FACTS if name in facts}
    permissions = facts.get("permissions")
    plugin.asking = facts.get("asking") is True or isinstance(permissions, dict) and permissions.get("network") is True
    summary = (namespace.get("__doc__") or "").strip().split("\n")[0]
    if summary and "description" not in told:
        told["description"] = summary
    return {
        "type": plugin.type,
        "schema": config,
        "asking": plugin.asking,
        "aggregate": callable(namespace.get("aggregate")),
        "facts": told,
        "untrusted": facts.get("untrusted") is True,
    }


# --- Called by the host.


def initialize():
    try:
        text = ask(b"I")
        plugin.config = read_config(json.loads(text) if text else {})
        posix.write(2, b"O")
    except BaseException as error:
        report(error)


def read_config(given):
    if given is None:
        given = {}
    if not isinstance(given, dict):
        raise InvalidInput("the configuration is not an object")
    config = dict(given)
    if plugin.schema is None:
        return config
    properties = plugin.schema.get("properties", {})
    for name in config:
        if name not in properties and plugin.schema.get("additionalProperties") is False:
            raise InvalidInput(f'there is no setting "{name}"; there are: {", ".join(properties) or "none"}')
    for name, schema in properties.items():
        if name in config:
            check(name, schema, config[name])
        elif "default" in schema:
            config[name] = schema["default"]
        elif name in plugin.schema.get("required", ()):
            raise InvalidInput(f'the setting "{name}" is missing')
    return config


def check(name, schema, value):
    def refuse(expected):
        raise InvalidInput(f'the setting "{name}" is {json.dumps(value)}, expected {expected}')

    types = schema.get("type")
    types = types if isinstance(types, list) else [types] if types else []
    if types and not any(is_of(one, value) for one in types):
        refuse(" or ".join(types))
    if "enum" in schema and value not in schema["enum"]:
        refuse(" or ".join(json.dumps(one) for one in schema["enum"]))
    if is_of("number", value):
        if "minimum" in schema and value < schema["minimum"]:
            refuse(f"{schema['minimum']} or more")
        if "maximum" in schema and value > schema["maximum"]:
            refuse(f"{schema['maximum']} or less")
    if isinstance(value, list) and "items" in schema:
        for index, item in enumerate(value):
            check(f"{name}[{index}]", schema["items"], item)


def is_of(kind, value):
    if kind in ("number", "integer"):
        whole = isinstance(value, int) or kind == "number" or isinstance(value, float) and value.is_integer()
        return isinstance(value, (int, float)) and not isinstance(value, bool) and whole
    known = {"string": str, "boolean": bool, "array": list, "object": dict, "null": type(None)}
    return isinstance(value, known.get(kind, object))


def execute():
    out.begin()
    err.begin()
    plugin.logged = plugin.skipped = 0
    rounds = None
    try:
        try:
            envelope = json.loads(ask(b"I"))
        except (ValueError, RecursionError):
            raise InvalidInput("the input cannot be read as JSON, or is nested too deeply") from None
        if not isinstance(envelope, dict):
            raise InvalidInput("the input is not an envelope")
        if plugin.asking:
            rounds = Rounds(envelope)
            plugin.skipped = rounds.logged
        random = sys.modules.get("random")
        if random is not None:
            random.seed(None if rounds is None else int(rounds.seed, 16))
        data = envelope.get("data")
        try:
            output = encode({"data": shape(perform(data, Context(plugin.config, envelope, rounds)), data)})
        except BaseException:
            # The script may have caught the exception that asks, but it cannot continue without the answers.
            if rounds is None or not rounds.pending:
                raise
        out.end()
        err.end()
        if rounds is not None and rounds.pending:
            output = rounds.output()
        posix.write(2, b"O" + output)
    except BaseException as error:
        try:
            out.end()
            err.end()
        finally:
            report(error)


def perform(data, context):
    call = plugin.namespace[plugin.way]
    if plugin.type in ("transform", "custom"):
        return call(data, context)
    if not isinstance(data, dict):
        raise InvalidInput("the data are not an object")
    if plugin.type == "evaluator":
        if len(data) == 2 and isinstance(data.get("aggregate"), dict) and "n" in data and "aggregate" in plugin.namespace:
            return plugin.namespace["aggregate"](data["aggregate"], data["n"], context)
        if "output" not in data:
            raise InvalidInput('the field "output" is missing')
        return call(Record(data), context)
    if plugin.type == "filter":
        if not isinstance(data.get("items"), list):
            raise InvalidInput('expected a list "items"')
        return keep_items(call, data["items"], context) if plugin.way == "keep" else call(data, context)
    if not isinstance(data.get("model"), str):
        raise InvalidInput('the text "model" is missing')
    return call(Record(data), context)


def keep_items(call, items, context):
    kept, dropped = [], []
    for index, item in enumerate(items):
        verdict = call(item, context)
        if verdict is True:
            kept.append(item)
        elif verdict is False:
            dropped.append({"index": index})
        elif isinstance(verdict, str):
            dropped.append({"index": index, "reason": verdict})
        else:
            raise TypeError(
                f"Cannot use what keep() gave for item {index}: expected True, False or the reason to drop it, "
                f"found {type(verdict).__name__}"
            )
    return {"items": kept, "dropped": dropped}


def shape(result, data):
    if plugin.type == "evaluator":
        if isinstance(result, (bool, int, float)):
            return {"score": float(result)}
        if not isinstance(result, dict):
            raise TypeError(
                "Cannot use what evaluate() gave: expected a number, True or False, or a dict with a score, "
                f"found {type(result).__name__}"
            )
        if isinstance(result.get("score"), bool):
            result = {**result, "score": float(result["score"])}
        return result
    if plugin.type == "provider":
        if isinstance(result, str):
            result = {"text": result}
        return {"model": data["model"], **result}
    if result is None:
        raise TypeError("Cannot use what the script gave: it returned nothing")
    return result
