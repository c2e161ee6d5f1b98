"""Does what it is asked to."""

import random
import sys

plugin = {"config": {"most": {"type": "integer", "minimum": 1, "default": 2}}}

AT_BUILD = random.random()


def evaluate(record, context):
    asked = record["output"]
    if asked == "number":
        return 0.5
    if asked == "boolean":
        return True
    if asked == "dict":
        return {"score": 0.25, "metrics": {"most": context.config["most"]}, "explanation": "é"}
    if asked == "print":
        print("one\ntwo")
        print("three", file=sys.stderr)
        context.log("four", "error")
    if asked == "raise":
        inner()
    if asked == "random":
        value = random.random()
        return 1 if value == AT_BUILD else value
    if asked == "loop":
        while True:
            pass
    if asked == "recursion":
        return evaluate(record, context)
    if asked == "memory":
        return len([0] * 10**9)
    if asked == "exit":
        sys.exit(0)
    if asked == "file":
        return len(open("/etc/passwd").read())
    if asked == "import":
        return __import__("sqlite3").x
    if asked == "nan":
        return float("nan")
    if asked == "testcapi":
        return len(__import__("_testcapi").__doc__)
    return 0


def inner():
    raise ValueError("no good")
