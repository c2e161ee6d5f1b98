"""Ends the start of the interpreter: every plugin starts with its memory as it is from here on."""

import sys

sys.modules["testbench"] = sys.modules["__main__"]
sys.stdout, sys.stderr, sys.stdin = out, err, None
sys.__stdout__ = sys.__stderr__ = sys.__stdin__ = None
sys.argv = ["plugin"]
posix.write(2, b"@" + json.dumps([id(build), id(initialize), id(execute), id(answer)]).encode())
time.time()
