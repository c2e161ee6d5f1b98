"""Features that metrics use, each a piece of code that raises if its interpreter lacks it."""

# Each piece is also run by itself, by other interpreters: see docs/python.md.
PROBES = {
    "re: findall, groups, look-around, sub with function": r'''
import re
assert re.findall(r"(?P<a>\d+)(?=%)", "10% 20") == ["10"]
assert re.sub(r"\b(\w)", lambda m: m[1].upper(), "ab cd") == "Ab Cd"
assert re.split(r"[,;]\s*", "a, b;c") == ["a", "b", "c"]
assert re.compile(r"(?<!x)y", re.I | re.M).search("zY").start() == 1''',
    "json": '''
import json
assert json.loads('{"a": [1, 2.5, null, true]}') == {"a": [1, 2.5, None, True]}
assert json.dumps({"b": 1, "a": "é"}, sort_keys=True, ensure_ascii=False, indent=1)
try: json.loads("{")
except json.JSONDecodeError as error: assert error.pos == 1''',
    "math": '''
import math
assert math.comb(5, 2) == 10 and math.isclose(math.fsum([0.1] * 10), 1) and math.prod([2, 3]) == 6
assert math.gcd(12, 18, 27) == 3 and math.isqrt(17) == 4 and math.dist((0, 0), (3, 4)) == 5''',
    "collections: Counter, defaultdict, deque, OrderedDict, namedtuple": '''
from collections import Counter, OrderedDict, defaultdict, deque, namedtuple
assert Counter("abca").most_common(1) == [("a", 2)] and sum((Counter("ab") & Counter("b")).values()) == 1
d = defaultdict(list); d["x"].append(1); assert d == {"x": [1]}
q = deque([1, 2, 3], maxlen=2); q.rotate(1); assert list(q) == [3, 2]
P = namedtuple("P", "x y"); assert P(1, y=2)._asdict() == {"x": 1, "y": 2}
o = OrderedDict(a=1, b=2); o.move_to_end("a"); assert list(o) == ["b", "a"]''',
    "string": '''
import string
assert string.punctuation[0] == "!" and string.Template("$a").substitute(a=1) == "1"
assert "a-b.".translate(str.maketrans("", "", string.punctuation)) == "ab"''',
    "statistics": '''
import statistics
assert statistics.mean([1, 2, 3]) == 2 and statistics.stdev([1, 2, 3]) == 1 and statistics.median([3, 1, 2]) == 2
assert statistics.quantiles([1, 2, 3, 4], n=2) == [2.5] and statistics.correlation([1, 2], [2, 4]) > 0.99''',
    "itertools": '''
import itertools as it
assert list(it.pairwise([1, 2, 3])) == [(1, 2), (2, 3)] and list(it.accumulate([1, 2])) == [1, 3]
assert [k for k, _ in it.groupby("aab")] == ["a", "b"] and len(list(it.combinations(range(4), 2))) == 6
assert list(it.zip_longest([1], [2, 3])) == [(1, 2), (None, 3)] and list(it.chain.from_iterable([[1], [2]])) == [1, 2]''',
    "functools": '''
import functools
@functools.lru_cache(maxsize=None)
def f(n): return n if n < 2 else f(n - 1) + f(n - 2)
assert f(80) == 23416728348467685 and functools.reduce(lambda a, b: a * b, [1, 2, 3]) == 6
@functools.singledispatch
def g(x): return "other"
@g.register
def _(x: int): return "int"
assert g(1) == "int" and functools.partial(pow, 2)(3) == 8
assert sorted([3, 1], key=functools.cmp_to_key(lambda a, b: a - b)) == [1, 3]''',
    "difflib": '''
import difflib
assert round(difflib.SequenceMatcher(None, "abcd", "bcde").ratio(), 2) == 0.75
assert difflib.get_close_matches("appel", ["ape", "apple"])[0] == "apple"
assert list(difflib.unified_diff(["a"], ["b"], lineterm=""))[-1] == "+b"''',
    "unicodedata": '''
import unicodedata
assert unicodedata.normalize("NFKD", "é") == "e\\u0301" and unicodedata.category("A") == "Lu"
assert unicodedata.name("ß") == "LATIN SMALL LETTER SHARP S"''',
    "str: casefold, methods, Unicode": '''
assert "Straße".casefold() == "strasse" and "aXb".partition("X") == ("a", "X", "b") and "x".center(3, "-") == "-x-"
assert "a\\tb".expandtabs(4) == "a   b" and "ab".removeprefix("a") == "b" and "½".isnumeric() and len("😀") == 1
assert "é".encode("latin-1") == b"\\xe9" and b"\\xff".decode("utf-8", "replace") == "\\ufffd" and "ǅ".title() == "ǅ"''',
    "dataclasses": '''
from dataclasses import asdict, dataclass, field, replace
@dataclass(order=True, frozen=True)
class A:
    x: int
    y: list = field(default_factory=list, compare=False)
assert asdict(A(1)) == {"x": 1, "y": []} and A(1) < A(2) and replace(A(1), x=3).x == 3 and hash(A(1))''',
    "f-strings": '''
x = 3.14159
assert f"{x:.2f}|{x!r:>10}|{'a'=}|{1_000_000:,}|{5:>04d}|{0.25:.0%}" == "3.14|   3.14159|'a'='a'|1,000,000|0005|25%"
assert f"{255:#x} {x:{8}.{3}}" == "0xff     3.14"''',
    "exceptions: traceback lines, chaining, groups, notes": '''
import sys
try:
    try: [][1]
    except IndexError as error: raise ValueError("outer") from error
except ValueError as error:
    assert isinstance(error.__cause__, IndexError) and error.__traceback__.tb_lineno > 0
    error.add_note("more")
    assert error.__notes__ == ["more"]
try: raise ExceptionGroup("g", [KeyError("k")])
except* KeyError as group: assert len(group.exceptions) == 1''',
    "traceback": '''
import traceback
try: 1 / 0
except ZeroDivisionError: assert "ZeroDivisionError: division by zero" in traceback.format_exc()''',
    "typing": '''
from typing import Any, Callable, Generic, Literal, NamedTuple, Optional, Protocol, TypedDict, TypeVar, Union, get_type_hints
T = TypeVar("T")
class Box(Generic[T]): pass
class Row(TypedDict, total=False): a: int
class N(NamedTuple): a: int = 1
def f(x: "int | None", y: list[str]) -> Optional[dict[str, Any]]: ...
assert get_type_hints(f)["y"] == list[str] and N().a == 1 and Box[int]''',
    "decimal and fractions": '''
from decimal import ROUND_HALF_UP, Decimal, getcontext
from fractions import Fraction
assert Decimal("0.1") + Decimal("0.2") == Decimal("0.3") and Fraction(1, 3) + Fraction("1/6") == Fraction(1, 2)
assert Decimal("2.675").quantize(Decimal("0.01"), ROUND_HALF_UP) == Decimal("2.68") and Fraction(0.5).denominator == 2''',
    "textwrap": '''
import textwrap
assert textwrap.dedent("  a\\n  b") == "a\\nb" and textwrap.shorten("hello big world", 12) == "hello [...]"''',
    "order of dicts, stable sorting": '''
assert list({"b": 1, "a": 2}) == ["b", "a"] and sorted([(1, "b"), (0, "z"), (1, "a")], key=lambda p: p[0])[1] == (1, "b")
assert {"a": 1} | {"b": 2} == {"a": 1, "b": 2} and dict(sorted({"b": 1, "a": 2}.items())) == {"a": 2, "b": 1}''',
    "integers of any size": '''
assert 2**200 % 97 == pow(2, 200, 97) and (1 << 100).bit_length() == 101 and pow(3, -1, 11) == 4 and -7 // 2 == -4
assert int("ff", 16) == 255 and (10**30).to_bytes(13, "big")[0] == 12 and bin(5) == "0b101" and (7).bit_count() == 3''',
    "floats: repr, rounding, inf and nan": '''
assert repr(0.1 + 0.2) == "0.30000000000000004" and round(2.5) == 2 and round(2.675, 2) == 2.67
assert float("inf") > 1e308 and float("nan") != float("nan") and (0.5).hex() == "0x1.0000000000000p-1" and f"{1e22:g}" == "1e+22"''',
    "generators: send, throw, yield from": '''
def f():
    x = yield 1
    yield from [x, 3]
    return 4
g = f(); assert next(g) == 1 and g.send(2) == 2 and list(g) == [3]''',
    "comprehensions, unpacking, walrus": '''
assert {k: v for k, v in zip("ab", [1, 2])} == {"a": 1, "b": 2} and [*range(2), *"x"] == [0, 1, "x"]
a, *b, c = range(5); assert b == [1, 2, 3] and {**{"a": 1}} == {"a": 1}
assert [y for x in [1, 2] if (y := x * 2) > 2] == [4] and sum(x for x in range(5)) == 10''',
    "closures, nonlocal, keyword-only and positional-only": '''
def f():
    n = 0
    def g(a, /, b=1, *c, d, **e):
        nonlocal n
        n += a + b + d
        return n
    return g
g = f(); g(1, d=1); assert g(1, d=1) == 6''',
    "context managers": '''
import contextlib
@contextlib.contextmanager
def c(): yield 1
with c() as x, contextlib.suppress(ValueError): int("x")
import io
with contextlib.redirect_stdout(io.StringIO()) as out: print("y")
assert out.getvalue() == "y\\n" and x == 1''',
    "match": '''
def f(x):
    match x:
        case {"a": [first, *_], **rest} if first: return ("dict", first, rest)
        case str() | int(): return "plain"
        case _: return None
assert f({"a": [1, 2], "b": 3}) == ("dict", 1, {"b": 3}) and f("x") == "plain"''',
    "random with a seed: the numbers of CPython": '''
import random
r = random.Random(42)
assert r.random() == 0.6394267984578837 and r.randint(1, 10) == 1 and r.sample(range(100), 3) == [94, 35, 31]
r.shuffle(l := [1, 2, 3]); assert sorted(l) == [1, 2, 3] and r.choices("ab", k=2)''',
    "datetime": '''
from datetime import date, datetime, timedelta, timezone
d = datetime.fromisoformat("2024-02-29T12:00:00+00:00") + timedelta(days=1)
assert d.isoformat() == "2024-03-01T12:00:00+00:00" and date(2024, 1, 1).strftime("%A") == "Monday"
assert datetime.strptime("01/02/2024", "%d/%m/%Y").month == 2''',
    "heapq and bisect": '''
import bisect, heapq
h = [3, 1, 2]; heapq.heapify(h); assert heapq.heappop(h) == 1 and heapq.nlargest(1, [1, 5]) == [5]
assert bisect.bisect_left([1, 3, 5], 3) == 1''',
    "copy, enum, abc": '''
import abc, copy, enum
class E(enum.Enum): A = enum.auto(); B = enum.auto()
class I(enum.IntFlag): X = 1; Y = 2
class Base(abc.ABC):
    @abc.abstractmethod
    def f(self): ...
try: Base()
except TypeError: pass
else: raise AssertionError
assert copy.deepcopy([[1]]) == [[1]] and E(1) is E.A and I.X | I.Y == 3''',
    "classes: properties, slots, metaclasses, descriptors, super": '''
class M(type):
    def __new__(cls, name, bases, space, **named): return super().__new__(cls, name, bases, {**space, **named})
class A(metaclass=M, k=1):
    __slots__ = ("x",)
    def __init_subclass__(cls): cls.made = True
    @property
    def y(self): return 2
class B(A): pass
assert B().y == 2 and B.made and A.k == 1''',
    "async functions": '''
async def f(): return 1
async def g(): return await f() + 1
try: g().send(None)
except StopIteration as end: assert end.value == 2''',
    "hashlib, base64, struct, zlib": '''
import base64, hashlib, struct, zlib
assert hashlib.sha256(b"").hexdigest()[:4] == "e3b0" and base64.b64encode(b"a") == b"YQ==" and hashlib.md5(b"").hexdigest()[:4] == "d41d"
assert struct.pack("<I", 1) == b"\\1\\0\\0\\0" and zlib.decompress(zlib.compress(b"x")) == b"x"''',
    "csv, io, html, xml, ast, shlex, urllib.parse": '''
import ast, csv, html, io, shlex, urllib.parse
import xml.etree.ElementTree as tree
assert list(csv.reader(io.StringIO('a,"b,c"'))) == [["a", "b,c"]] and html.unescape("&lt;") == "<"
assert ast.literal_eval("[1, {'a': (2,)}]") == [1, {"a": (2,)}] and tree.fromstring("<a><b/></a>")[0].tag == "b"
assert shlex.split("a 'b c'") == ["a", "b c"] and urllib.parse.urlsplit("http://x/y?z").query == "z"''',
    "recursion is an error that can be caught": '''
def f(): return f()
try: f()
except RecursionError: pass
else: raise AssertionError''',
}


def run(data, context):
    """Runs one, or all; gives what each raised, or nothing."""
    found = {}
    for name, code in PROBES.items():
        if data is not None and name != data:
            continue
        try:
            exec(compile(code, name, "exec"), {"__name__": "probe"})
            found[name] = None
        except BaseException as error:
            found[name] = f"{type(error).__name__}: {error}"
    return found


def imports():
    """Named here so that the build takes them along."""
    import abc, ast, base64, bisect, collections, contextlib, copy, csv, dataclasses, datetime, decimal, difflib  # noqa
    import enum, fractions, functools, hashlib, heapq, html, io, itertools, json, math, random, re, shlex, statistics  # noqa
    import string, struct, textwrap, traceback, typing, unicodedata, urllib.parse, xml.etree.ElementTree, zlib  # noqa
