"""What CPython says to programs made of HumanEval: its solutions, empty bodies, and solutions with one seeded change.

Reads the data set's file named by the first argument, writes JSON: [{task, kind, output, passes, seconds, why}].
"""

import ast
import json
import random
import subprocess
import sys
import time

COMPARISONS = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}


def changes(tree):
    """Every change of one comparison, constant or branch, as a function."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            yield lambda node=node: node.ops.__setitem__(0, COMPARISONS[type(node.ops[0])]())
        elif isinstance(node, ast.Constant) and type(node.value) in (int, bool):
            yield lambda node=node: setattr(node, "value", not node.value if type(node.value) is bool else node.value + 1)
        elif isinstance(node, ast.Constant) and type(node.value) is str and len(node.value) < 20:
            yield lambda node=node: setattr(node, "value", node.value + "x")
        elif isinstance(node, (ast.If, ast.IfExp, ast.While)):
            yield lambda node=node: setattr(node, "test", ast.UnaryOp(ast.Not(), node.test))


def changed(row, seed):
    source = row["prompt"] + row["canonical_solution"]
    tree = ast.parse(source)
    function = next(one for one in tree.body if isinstance(one, ast.FunctionDef) and one.name == row["entry_point"])
    if ast.get_docstring(function) is not None:
        function.body = function.body[1:]
    found = list(changes(function))
    if found:
        random.Random(seed).choice(found)()
    else:
        function.body.insert(0, ast.parse("return None").body[0])
    return ast.unparse(ast.fix_missing_locations(function)) + "\n"


def judge(row, output, kind):
    source = row["prompt"] + output if kind != "changed" else f'{row["prompt"]}    pass\n\n{output}'
    program = f'{source}\n{row["test"]}\ncheck({row["entry_point"]})\n'
    begun = time.monotonic()
    try:
        done = subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, timeout=20, text=True)
        passes, why = done.returncode == 0, done.stderr.strip().split("\n")[-1]
    except subprocess.TimeoutExpired:
        passes, why = False, "timeout"
    return {"passes": passes, "seconds": time.monotonic() - begun, "why": why}


rows = [json.loads(line) for line in open(sys.argv[1])]
step = int(sys.argv[2]) if len(sys.argv) > 2 else 1
programs = []
for index, row in enumerate(rows[::step]):
    for kind, output in (
        ("canonical", row["canonical_solution"]), ("empty", "    pass\n"), ("changed", changed(row, index)),
    ):
        programs.append({
            "task": row["task_id"], "kind": kind, "output": output, "prompt": row["prompt"], "test": row["test"],
            "entry_point": row["entry_point"], **judge(row, output, kind),
        })
json.dump(programs, sys.stdout)
