"""Runs Python code that a model wrote against a record's tests, in a sandbox."""

import ast
import builtins
import re
import sys

# Modules that answers and tests may import: after the build there is nothing to import from.
import abc, array, base64, bisect, calendar, cmath, collections.abc, contextlib, copy, dataclasses, datetime, decimal  # noqa: E401, F401
import difflib, enum, fractions, functools, hashlib, heapq, html, io, itertools, json, keyword, math, numbers, operator  # noqa: E401, F401
import pprint, queue, random, reprlib, secrets, statistics, string, struct, textwrap, time, traceback, types, typing  # noqa: E401, F401
import unicodedata, uuid, warnings, weakref, zlib  # noqa: E401, F401

from testbench import InvalidInput, Raised, Untrusted

plugin = {
    "name": "run-code",
    "version": "1.0.0",
    "license": "Apache-2.0",
    "untrusted": True,
    "config": {
        "language": {"type": "string", "enum": ["python"], "default": "python", "description": "Of the code"},
        "steps": {
            "type": "integer", "minimum": 1, "maximum": 1_000_000_000, "default": 10_000_000,
            "description": "Turns of loops that the code may take; then its verdict is that it does not end",
        },
        "stop": {"type": "boolean", "default": False, "description": "Stop at the first test that fails"},
        "prompt_field": {"type": "string", "description": 'Field with what the answer goes on from; else "prompt"'},
        "test_field": {"type": "string", "description": 'Field with the tests, a text or a list; else "test", "tests" or "test_list"'},
        "entry_field": {"type": "string", "description": 'Field with the name of what is tested; else "entry_point"'},
        "tests": {"type": ["string", "array"], "description": "Tests of every record, in place of its own"},
    },
}

MAX_TOLD = 20
"""Tests that are reported individually."""


def evaluate(record, context):
    config = context.config
    prompt = text_of(record, config.get("prompt_field", "prompt")) or (record.get("input") if isinstance(record.get("input"), str) else "") or ""
    tests = tests_of(record, config)
    entry = text_of(record, config.get("entry_field", "entry_point"))
    source = program_of(record["output"], prompt, entry)
    judge = Judge(tests, prompt, entry, source, config)
    judge.run()
    passed = sum(one["verdict"] == "passed" for one in judge.verdicts)
    total = len(judge.verdicts)
    right = judge.problem is None and passed == total and total > 0
    first = next((one for one in judge.verdicts if one["verdict"] != "passed"), None)
    what = judge.problem or (f"test {first['test']} {first['verdict']}: {first['message']}" if first else f"{total} of {total} tests passed")
    printed = judge.code.printed if judge.code is not None else ""
    lines = [what]
    if first is not None and total > 1:
        told = ", ".join(f"{one['test']} {one['verdict']}" for one in judge.verdicts[:MAX_TOLD])
        lines.append(f"tests: {told}{', …' if total > MAX_TOLD else ''}")
    if printed:
        lines.append(f"printed: {printed[:2_000]}")
    for one in judge.verdicts[:MAX_TOLD]:
        context.log(f"test {one['test']}, line {one['line']}: {one['verdict']}{': ' + one['message'] if one['message'] else ''}", "debug")
    return {
        "score": 1.0 if right else 0.0,
        "explanation": "\n".join(lines),
        "metrics": {
            "tests": total,
            "tests_passed": passed,
            "timed_out": 1 if judge.code is None and judge.boundless or judge.code is not None and judge.code.boundless else 0,
        },
    }


def text_of(record, name):
    """A field of the data, of its record, or of the expected value."""
    for place in (record, record.get("record"), record.get("expected"), (record.get("record") or {}).get("metadata") if isinstance(record.get("record"), dict) else None):
        if isinstance(place, dict) and isinstance(place.get(name), str):
            return place[name]
    return None


def tests_of(record, config):
    given = config.get("tests")
    if given is not None:
        return given if isinstance(given, str) else "\n".join(str(one) for one in given)
    for name in [config["test_field"]] if "test_field" in config else ("test", "tests", "test_list"):
        text = text_of(record, name)
        if text is not None:
            return text
        for place in (record, record.get("record"), record.get("expected")):
            if isinstance(place, dict) and isinstance(place.get(name), list):
                return "\n".join(str(one) for one in place[name])
    if isinstance(record.get("expected"), str):
        return record["expected"]
    raise InvalidInput('there are no tests: expected a text or a list "test", "tests" or "test_list", or a text "expected"')


def program_of(answer, prompt, entry):
    """The code in an answer: in a Markdown block or on its own; code that only continues the prompt is joined with it."""
    blocks = re.findall(r"```(?:python|py|python3)?[ \t]*\n(.*?)(?:\n[ \t]*```|\Z)", answer, re.DOTALL | re.IGNORECASE)
    code = "\n\n".join(blocks) if blocks else answer
    if not prompt:
        return code
    if entry is not None and re.search(rf"^(?:async\s+)?def\s+{re.escape(entry)}\b|^{re.escape(entry)}\s*=", code, re.MULTILINE):
        # The prompt's other imports and definitions are part of the task.
        return f"{preamble_of(prompt, entry)}\n{code}"
    return prompt + code


def preamble_of(prompt, entry):
    try:
        tree = ast.parse(prompt)
    except SyntaxError:
        return ""
    lines = prompt.split("\n")
    kept = [node for node in tree.body if getattr(node, "name", None) != entry]
    return "\n".join("\n".join(lines[node.lineno - 1 : node.end_lineno]) for node in kept)


class Judge:
    """Runs tests here, and the code under test in the other world."""

    def __init__(self, tests, prompt, entry, source, config):
        self.tests = tests
        self.prompt = prompt
        self.entry = entry
        self.source = source
        self.steps = config["steps"]
        self.stop = config["stop"]
        self.verdicts = []
        self.problem = None
        self.code = None
        self.boundless = False

    def run(self):
        try:
            tree = ast.parse(self.tests, "tests.py")
        except SyntaxError as error:
            raise InvalidInput(f"the tests cannot be read: {error.msg} (line {error.lineno})") from None
        namespace = {"__name__": "tests", "__builtins__": builtins}
        own = self.helpers(namespace)
        try:
            self.code = Untrusted(self.source, steps=self.steps)
        except Exception as error:
            self.boundless = "takes more steps" in str(error)
            self.problem = f"the code fails: {describe(error)}"
            return
        # The tests see only the parts of the code that they name, and nothing that Python or the prompt defines: no answer replaces `abs`.
        defined = {node.name for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
        named = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        if self.entry is not None:
            named.add(self.entry)
        for name in named - defined - own:
            if name in self.code.names and not hasattr(builtins, name):
                namespace[name] = self.code.names[name]
        if self.entry is not None and self.entry not in namespace:
            self.problem = f"the code defines no {self.entry}"
            return
        self.judge(tree, namespace)

    def helpers(self, namespace):
        """The prompt's definitions other than the requested function: they belong to the task, and are as trusted as its tests."""
        try:
            tree = ast.parse(preamble_of(self.prompt, self.entry)) if self.entry is not None else None
        except SyntaxError:
            tree = None
        if tree is None:
            return set()
        try:
            exec(compile(tree, "prompt.py", "exec"), namespace)
        except Exception:
            return set()
        return {name for name in namespace if not name.startswith("__")}

    def judge(self, tree, namespace):
        checks = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "check"]
        if checks and self.entry is not None and not calls(tree, "check"):
            checks[-1].body = self.watched(checks[-1].body)
            tree.body.append(ast.parse(f"check({self.entry})").body[0])
        else:
            tree.body = self.watched(tree.body)
        namespace["__judge__"] = self
        try:
            exec(compile(ast.fix_missing_locations(tree), "tests.py", "exec"), namespace)
        except Stopped:
            pass
        except BaseException as error:
            self.problem = f"the tests break off: {describe(error)}"

    def watched(self, body):
        """Wraps each statement that asserts in code that records a verdict."""
        watched = []
        for node in body:
            if not any(isinstance(one, ast.Assert) for one in ast.walk(node)) or isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                watched.append(node)
                continue
            item = ast.withitem(ast.parse(f"__judge__.test({node.lineno})", mode="eval").body)
            watched.append(ast.copy_location(ast.With([item], [node]), node))
        return watched

    def test(self, line):
        return Verdict(self, line)


class Stopped(BaseException):
    pass


class Verdict:
    def __init__(self, judge, line):
        self.judge, self.line = judge, line

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if isinstance(error, Stopped):
            return False
        verdicts = self.judge.verdicts
        verdict = "passed" if error is None else "failed" if isinstance(error, AssertionError) else "broke off"
        message = "" if error is None else describe(error)
        verdicts.append({"test": len(verdicts) + 1, "line": self.line, "verdict": verdict, "message": message[:500]})
        if error is not None and (self.judge.stop or self.judge.code.boundless):
            raise Stopped
        return True


def calls(tree, name):
    return any(isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name for node in ast.walk(tree))


def describe(error):
    text = str(error)
    if isinstance(error, Raised):
        return text
    name = type(error).__name__
    return text if text.startswith(f"{name}:") else f"{name}: {text}" if text else name
