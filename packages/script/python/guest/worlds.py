"""Two worlds: this one judges, the other one holds the judged code. Only bytes pass between them; see `assembly/shim.ts`."""

MAX_PRINTED = 64 * 1024
MAX_ITEMS = 100_000
"""Maximum items of an iterator that a judged function returns."""


def plain(value, keep):
    """A value as JSON with types; a value that is not plain is kept, and represented by its number."""
    kind = type(value)
    if value is None or kind is bool or kind is str or kind is float:
        return value
    if kind is int:
        return value if -(2**53) < value < 2**53 else ["i", hex(value)]
    if kind in (list, tuple, set, frozenset):
        return [kind.__name__[0] if kind is not frozenset else "f", [plain(one, keep) for one in value]]
    if kind is dict:
        return ["d", [[plain(key, keep), plain(one, keep)] for key, one in value.items()]]
    if kind in (bytes, bytearray):
        return ["b", value.hex()]
    if kind is complex:
        return ["c", value.real, value.imag]
    if kind is range:
        return ["r", [value.start, value.stop, value.step]]
    # The judge treats a subclass of a plain type as that type: its own `__eq__` does not decide.
    for base, nothing in ((int, 0), (float, 0.0), (str, "")):
        if isinstance(value, base):
            return plain(base.__add__(value, nothing), keep)
    for base in (list, tuple, set, frozenset):
        if isinstance(value, base):
            return plain(base(base.__iter__(value)), keep)
    if isinstance(value, dict):
        return ["d", [[plain(key, keep), plain(dict.__getitem__(value, key), keep)] for key in dict.__iter__(value)]]
    return keep(value)


def unplain(value, found):
    if not isinstance(value, list):
        return value
    tag, *rest = value
    if tag == "i":
        return int(rest[0], 16)
    if tag == "d":
        return {unplain(key, found): unplain(one, found) for key, one in rest[0]}
    if tag == "b":
        return bytes.fromhex(rest[0])
    if tag == "c":
        return complex(*rest)
    if tag == "r":
        return range(*rest[0])
    if tag == "o":
        return found(*rest)
    makers = {"l": list, "t": tuple, "s": set, "f": frozenset, "g": iter}
    return makers[tag]([unplain(one, found) for one in rest[0]])


# --- The judged world.


class Judged:
    def __init__(self):
        self.objects = []
        self.printed = []
        self.room = MAX_PRINTED
        self.steps = None
        self.locked = False

    def keep(self, value):
        if hasattr(type(value), "__next__"):
            items = []
            for one in value:
                items.append(plain(one, self.keep))
                if len(items) > MAX_ITEMS:
                    raise ValueError("an iterator does not end")
            return ["g", items]
        self.objects.append(value)
        return ["o", len(self.objects) - 1, type(value).__name__, callable(value)]

    def write(self, text):
        text = str(text)
        if self.room > 0:
            self.printed.append(text[: self.room])
            self.room -= len(text)
        return len(text)

    def flush(self):
        pass

    def isatty(self):
        return False

    def lock(self, steps):
        """Blocks the ways in which Python code can reach memory that is not its own."""
        self.locked = True
        sys.stdout = sys.stderr = self

        # It uses only names that the judged code cannot replace.
        def hook(event, given):
            if event == "code.__new__" or event == "marshal.loads" or event == "marshal.load":
                raise RuntimeError

        sys.addaudithook(hook)

        # These would end the interpreter, and the judge with it.
        def leave(*_):
            raise SystemExit

        for name in ("_exit", "abort"):
            for module in ("posix", "os"):
                if module in sys.modules:
                    setattr(sys.modules[module], name, leave)
        highest = sys.getrecursionlimit()
        limit = sys.setrecursionlimit
        sys.setrecursionlimit = lambda count: limit(min(count, highest))
        import itertools

        class Boundless(BaseException):
            """The code runs longer than permitted."""

        class Ended:
            def __iter__(self):
                return self

            def __next__(self):
                raise Boundless("it takes more steps than it may")

        self.steps = itertools.chain(itertools.repeat(None, steps), Ended()).__next__


judged = Judged()


def counted(tree):
    """Makes loops and functions count their steps, so that an endless one gives a verdict instead of a crash."""
    import ast

    def step(node):
        call = ast.Expr(ast.Call(ast.Name("__step__", ast.Load()), [], []))
        return ast.fix_missing_locations(ast.copy_location(call, node))

    for node in ast.walk(tree):
        if isinstance(node, (ast.For, ast.While, ast.AsyncFor)):
            node.body.insert(0, step(node.body[0]))
        elif isinstance(node, (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
            test = ast.Compare(
                ast.Call(ast.Name("__step__", ast.Load()), [], []), [ast.Is()], [ast.Constant(None)]
            )
            node.generators[-1].ifs.insert(0, ast.fix_missing_locations(ast.copy_location(test, node)))
    return tree


def perform_judged(request):
    operation = request["do"]
    if operation == "load":
        import ast

        judged.lock(request["steps"])
        file = request["file"]
        plugin.files = {file: request["source"]}
        tree = counted(ast.parse(request["source"], file))
        code = compile(tree, file, "exec", dont_inherit=True)
        import builtins

        builtins.__step__ = judged.steps
        judged.namespace = {"__name__": "answer", "__builtins__": builtins}
        exec(code, judged.namespace)
        return {
            name: ["m", value.__name__] if type(value) is type(sys) else plain(value, judged.keep)
            for name, value in list(judged.namespace.items())
            if type(name) is str and not name.startswith("__")
        }
    target = judged.objects[request["object"]]
    if operation == "call":
        arguments = [unplain(one, refuse) for one in request["arguments"]]
        named = {key: unplain(one, refuse) for key, one in request["named"].items()}
        result = target(*arguments, **named)
        return [plain(result, judged.keep), [plain(one, judged.keep) for one in arguments]]
    if operation == "attribute":
        return plain(getattr(target, request["name"]), judged.keep)
    if operation == "item":
        return plain(target[unplain(request["key"], refuse)], judged.keep)
    if operation == "list":
        return plain(list(target), judged.keep)
    if operation == "length":
        return len(target)
    return str(target)


def refuse(*_):
    raise TypeError("a test handed over what is no plain value")


def answer():
    try:
        request = json.loads(ask(b"I"))
        reply = {"value": perform_judged(request)}
        text = json.dumps(reply)
    except BaseException as error:
        try:
            kinds = [one.__name__ for one in type(error).__mro__]
            stack = frames_of(error)
            reply = {"error": kinds, "message": message_of(error), "line": stack[0]["line"] if stack else 0}
            text = json.dumps(reply)
        except BaseException:
            text = '{"error": ["RuntimeError"], "message": "an error that cannot be described", "line": 0}'
    try:
        printed = "".join(judged.printed)[:MAX_PRINTED]
        judged.printed = []
        posix.write(2, b"O" + text.encode("utf-8", "replace") + b"\n" + json.dumps(printed).encode())
    except BaseException:
        pass


# --- The judging world.


class Raised(Exception):
    """An error raised by the judged code, if it is not one of Python's own exceptions."""


class Foreign:
    """A value of the judged code that is not plain. It is equal only to itself, whatever its class says."""

    def __init__(self, other, number, kind, callable_):
        self._ = (other, number, kind)

    def __call__(self, *arguments, **named):
        other, number, _ = self._
        return other.call(number, arguments, named)

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        other, number, _ = self._
        return other.value({"do": "attribute", "object": number, "name": name})

    def __getitem__(self, key):
        other, number, _ = self._
        return other.value({"do": "item", "object": number, "key": plain(key, cannot)})

    def __iter__(self):
        other, number, _ = self._
        return iter(other.value({"do": "list", "object": number}))

    def __len__(self):
        other, number, _ = self._
        return int(other.ask({"do": "length", "object": number}))

    def __str__(self):
        other, number, _ = self._
        return str(other.ask({"do": "text", "object": number}))

    def __repr__(self):
        return f"<{self._[2]}>"


def cannot(value):
    raise TypeError(f"Cannot hand a {type(value).__name__} to the code under test: it is no plain value")


class Untrusted:
    """Untrusted code, in a separate world: it sees neither the code that judges it nor the expected results."""

    def __init__(self, source, file="answer.py", steps=10_000_000):
        self.printed = ""
        self.boundless = False
        request = {"do": "load", "source": source, "file": file, "steps": steps}
        self.names = {}
        for name, value in self.ask(request).items():
            if isinstance(value, list) and value[:1] == ["m"]:
                self.names[name] = sys.modules.get(str(value[1]))
            else:
                self.names[name] = unplain(value, self.found)

    def found(self, number, kind, callable_):
        return Foreign(self, int(number), str(kind), callable_)

    def value(self, request):
        return unplain(self.ask(request), self.found)

    def call(self, number, arguments, named):
        request = {
            "do": "call",
            "object": number,
            "arguments": [plain(one, cannot) for one in arguments],
            "named": {key: plain(one, cannot) for key, one in named.items()},
        }
        result, changed = self.ask(request)
        # A function may change what it is given.
        for mine, theirs in zip(arguments, changed):
            if type(mine) in (list, set, dict):
                now = unplain(theirs, self.found)
                if type(now) is type(mine) and now != mine:
                    mine.clear()
                    (mine.extend if type(mine) is list else mine.update)(now)
        return unplain(result, self.found)

    def ask(self, request):
        data = ask(b"W" + json.dumps(request).encode("utf-8", "replace"))
        text, _, printed = data.partition(b"\n")
        reply = json.loads(text)
        if len(self.printed) < MAX_PRINTED:
            self.printed += str(json.loads(printed))[:MAX_PRINTED]
        if "value" in reply:
            return reply["value"]
        kinds = [str(kind) for kind in reply["error"]]
        message = str(reply["message"])
        if reply.get("line"):
            message += f" (line {reply['line']})"
        self.boundless = self.boundless or "Boundless" in kinds
        import builtins

        for kind in kinds:
            known = getattr(builtins, kind, None)
            if isinstance(known, type) and issubclass(known, Exception) and known is not Exception:
                if not issubclass(known, (UnicodeError, ImportError, SyntaxError, OSError, StopIteration, StopAsyncIteration)):
                    raise known(message)
        raise Raised(message)
