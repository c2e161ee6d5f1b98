import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { buildScript, RUN_CODE } from '@testbench/script';

import type { Arena } from '../arena.ts';
import { type Attack, insist, ISOLATED, type Mode } from '../attack.ts';

/** How much each attack may take; `steps` ends loops long before. */
const LIMITS = { timeoutMs: 20_000, maxFuel: 20_000_000_000 };
const STEPS = 100_000;
/** What holds in one isolation holds in all: these rows concern the guest alone. */
const TWO: readonly Mode[] = ['inline', 'process'];

const ESCAPES: Readonly<Record<string, string>> = {
  'the browser of Brython': 'from browser import window; window.x',
  'JavaScript of Pyodide': 'import js; js.process',
  'a shell': 'import os; os.system("id") and 1 / 0',
  'a process': 'import subprocess; subprocess.run(["id"], check=True)',
  'a file': 'open("/etc/passwd").read()',
  'a file to write': 'open("/tmp/x", "w").write("x")',
  'a folder': 'import os; os.listdir("/etc")',
  'a socket': 'import socket; socket.create_connection(("127.0.0.1", 80))',
  'memory by ctypes': 'import ctypes; ctypes.string_at(0)',
  'memory by the tests of CPython': 'import _testcapi; _testcapi.INT_MAX',
  'the host by its files': 'import posix; [posix.read(n, 10) for n in range(3, 20)]',
  'an extension':
    'import importlib.machinery as m; m.ExtensionFileLoader("x", "/x.so").create_module(None)',
};
const SCRIPT = `
import random
SEED = random.random()
def evaluate(record, context):
    asked = record["output"]
    if asked == "loop":
        while True: pass
    if asked == "pattern":
        import re
        return bool(re.match(r"(a|a)*$", "a" * 60 + "b"))
    if asked == "memory":
        found = []
        while True: found.append("x" * 10**6)
    if asked == "number": return (9 ** 9 ** 9) % 2
    if asked == "recursion": return evaluate(record, context)
    if asked == "nesting": return len(eval("[" * 90 + "]" * 90)) + len(repr(nested()))
    if asked == "seed": return 2 if random.random() == SEED else random.random()
    exec(asked)
    return 1
def nested():
    value = []
    for _ in range(100_000): value = [value]
    return value
`;

const FORGERIES: Readonly<Record<string, string>> = {
  'says PASS and exits': 'print("PASS")\nimport sys, os\nsys.exit(0)',
  'exits at once': 'import os\nos._exit(0)',
  'raises SystemExit when called': 'def double(x): raise SystemExit(0)',
  'is equal to everything':
    'class A:\n    __eq__ = __le__ = __lt__ = lambda s, o: True\n    __sub__ = __rsub__ = __abs__ = lambda s, *o: s\ndef double(x): return A()',
  'is a number that is equal to everything':
    'class A(int):\n    __eq__ = lambda s, o: True\n    __add__ = lambda s, o: 4\ndef double(x): return A(7)',
  'replaces AssertionError and built-ins':
    'import builtins\nfor name in dir(builtins):\n    if name[0] in "Aa": setattr(builtins, name, lambda *a: 0)\nabs = len = lambda *a: 0\ndef double(x): return None',
  'names what the tests name':
    'check = candidate = __judge__ = lambda *a: 1\ndef double(x): return None',
  'patches the judge':
    'import gc, sys, testbench, plugin\nplugin.Verdict.__exit__ = plugin.Judge.judge = lambda *a: True\ntestbench.unplain = testbench.plain = lambda *a: 4\nplugin.evaluate = testbench.execute = lambda *a: {"score": 1}\ndef double(x): return None',
  'answers the host itself':
    "import posix\ndef double(x):\n    for text in (b'O{\"data\":{\"score\":1}}', b'E\\0', b'W{}', b'L\\2x'):\n        try: posix.write(2, text)\n        except OSError: pass",
  'answers with what is no answer':
    'import posix\nposix.write(2, b\'O{"value": {"double": ["m", "builtins"]}}\\n""\')\ndef double(x): return None',
  'leaves a hook':
    'import atexit, sys, threading\natexit.register(print)\nsys.settrace(lambda *a: None)\nsys.excepthook = print\ndef double(x): return None',
};
const SEARCHES: Readonly<Record<string, string>> = {
  frames:
    'import sys\ndef double(x):\n    f = sys._getframe()\n    while f:\n        if MARK in str(f.f_globals) + str(f.f_locals): return 4\n        f = f.f_back',
  objects:
    'import gc\ndef double(x):\n    for o in gc.get_objects():\n        if isinstance(o, (dict, list, tuple)) and MARK in str(o)[:10**6]: return 4',
  modules:
    'import sys\ndef double(x):\n    for m in list(sys.modules.values()):\n        if MARK in str(vars(m)): return 4',
  input:
    'import posix, sys\ndef double(x):\n    n = posix.write(2, b"I")\n    if MARK.encode() in posix.read(0, 1 << 20): return 4',
  'the source of tests':
    'import linecache, inspect\ndef double(x):\n    if linecache.getlines("tests.py"): return 4',
};
/** Built at run time, so that the answer does not find itself. */
const MARK = 'MARK = "hidden" + "-" + "test"\n';
const MEMORY: Readonly<Record<string, string>> = {
  'crafted code': 'def double(x): return (lambda: 0).__code__.replace(co_code=b"d\\xff" * 9)',
  'a constructed code object': 'import types\ndef double(x): return types.CodeType(*[0] * 18)',
  marshal: 'import marshal\ndef double(x): return marshal.loads(b"c" + b"\\0" * 99)',
  'modules for tests of CPython':
    'import _imp, types\ndef double(x): return _imp.create_builtin(types.SimpleNamespace(name="_testcapi")).x',
  faulthandler: 'def double(x):\n    import faulthandler\n    faulthandler._sigsegv()',
};
const FLOODS: Readonly<Record<string, string>> = {
  'prints without end': 'def double(x):\n    while True: print("x" * 10_000)',
  'prints much': 'def double(x):\n    for _ in range(2_000): print("x" * 10_000)',
  'gives much': 'def double(x): return "x" * 30_000_000',
  'gives a deep value':
    'def double(x):\n    v = []\n    for _ in range(50_000): v = [v]\n    return v',
  'gives itself': 'def double(x):\n    v = []\n    v.append(v)\n    return v',
  'gives a large number': 'def double(x): return 1 << 10_000_000',
  'gives an iterator without end': 'import itertools\ndef double(x): return itertools.count()',
  'raises a long message': 'def double(x): raise ValueError("x" * 10_000_000)',
  'raises what cannot be described':
    'class E(Exception):\n    def __str__(self): raise E\ndef double(x): raise E',
};
const ENDLESS: Readonly<Record<string, string>> = {
  'a loop': 'def double(x):\n    while True: pass',
  'a loop at the start': 'while True: pass',
  'a comprehension': 'def double(x): return [1 for _ in iter(int, 1)]',
  recursion: 'def double(x): return double(x)',
  'recursion through C':
    'import functools\n@functools.lru_cache(None)\ndef double(x): return double(x + 1)',
  memory: 'def double(x): return [0] * 10**9',
};
/** Code that does not count its steps: the call ends by its limits, and gives no score. */
const UNCOUNTED: Readonly<Record<string, string>> = {
  'an iterator of C':
    'import itertools, collections\ndef double(x): collections.deque(itertools.repeat(1), maxlen=0)',
  'a loop that swallows everything':
    'def double(x):\n    while True:\n        try:\n            while True: pass\n        except BaseException: pass',
};

let script: Promise<Uint8Array> | undefined;
let runCode: Promise<Uint8Array> | undefined;

async function buildMetric(): Promise<Uint8Array> {
  const folder = mkdtempSync(join(tmpdir(), 'testbench-attack-'));
  try {
    writeFileSync(join(folder, 'metric.py'), SCRIPT);
    return (await buildScript({ path: join(folder, 'metric.py') })).bytes;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Sends a request to a script; a failure must have one of `codes`. */
async function stopped(
  arena: Arena,
  asked: readonly string[],
  codes: readonly string[],
): Promise<string> {
  const found = new Set<string>();
  const manager = await arena.manager({ limits: { timeoutMs: 5_000, maxFuel: 2_000_000_000 } });
  await manager.load(await (script ??= buildMetric()), { id: 'attacker' });
  for (const output of asked) {
    let code = 'it went through';
    try {
      await manager.execute('attacker', { data: { output } });
    } catch (error) {
      code = String((error as { code?: unknown }).code);
    }
    insist(codes.includes(code), `${output}: ${code}`);
    found.add(code);
  }
  return [...found].join(', ');
}

/** Judges answers; none may pass. */
async function judged(
  arena: Arena,
  answers: Readonly<Record<string, string>>,
  mayFail = false,
): Promise<string> {
  const manager = await arena.manager({ limits: LIMITS });
  const bytes = await (runCode ??= buildScript({ path: RUN_CODE }).then((built) => built.bytes));
  await manager.load(bytes, { id: 'attacker', state: 'reset', config: { steps: STEPS } });
  const ask = async (output: string) =>
    manager.execute('attacker', {
      data: {
        output,
        prompt: 'def double(x):\n    """Doubles."""\n',
        test: 'def check(candidate):\n    assert candidate(2) == 4, "hidden-test"\n    assert abs(candidate(3) - 6) < 1e-9\n',
        entry_point: 'double',
      },
    });
  const right = await ask('def double(x): return 2 * x');
  insist((right.data as { score: number }).score === 1, 'a right answer does not pass');
  for (const [name, answer] of Object.entries(answers)) {
    let score: number | string;
    try {
      const { data } = await ask(answer);
      const { score: given, explanation } = data as { score: number; explanation: string };
      score = given;
      insist(
        explanation.length < 10_000,
        `${name}: its explanation has ${explanation.length} characters`,
      );
    } catch (error) {
      score = String((error as { code?: unknown }).code);
      insist(
        mayFail && /^CALL_(?:FUEL_EXHAUSTED|TIMEOUT|TIMED_OUT|TRAPPED|PLUGIN_FAILED)$/.test(score),
        `${name}: ${score}`,
      );
    }
    insist(score !== 1, `${name}: it passes`);
  }
  return `none of ${Object.keys(answers).length} passes`;
}

const marked = Object.fromEntries(
  Object.entries(SEARCHES).map(([name, code]) => [name, `${MARK}${code}`]),
);

/** Rows 250 to 259: scripts in Python, and code written by models. */
export const pythonRows: readonly Attack[] = [
  {
    row: 250,
    name: 'Python that does not end',
    modes: ISOLATED,
    run: async (arena) =>
      stopped(arena, ['loop', 'pattern', 'number'], ['CALL_FUEL_EXHAUSTED', 'CALL_TIMEOUT']),
  },
  {
    row: 251,
    name: 'Python that takes all memory and stack',
    modes: ISOLATED,
    run: async (arena) =>
      stopped(arena, ['memory', 'recursion', 'nesting'], ['CALL_PLUGIN_FAILED']),
  },
  {
    row: 252,
    name: 'Python that looks for a way to its host',
    modes: TWO,
    run: async (arena) => stopped(arena, Object.values(ESCAPES), ['CALL_PLUGIN_FAILED']),
  },
  {
    row: 253,
    name: 'seeds frozen in a snapshot of Python',
    modes: TWO,
    async run(arena) {
      const manager = await arena.manager({ limits: LIMITS });
      await manager.load(await (script ??= buildMetric()), { id: 'attacker', state: 'reset' });
      const scores = new Set<unknown>();
      for (let call = 0; call < 3; call += 1) {
        const { data } = await manager.execute('attacker', { data: { output: 'seed' } });
        scores.add((data as { score: number }).score);
      }
      insist(scores.size === 3 && !scores.has(2), `random numbers: ${[...scores].join(', ')}`);
      return 'each call has other random numbers';
    },
  },
  {
    row: 254,
    name: 'code under test looks for its tests',
    modes: TWO,
    run: async (arena) => judged(arena, marked),
  },
  {
    row: 255,
    name: 'code under test forges its verdict',
    modes: ISOLATED,
    run: async (arena) => judged(arena, FORGERIES),
  },
  {
    row: 256,
    name: 'code under test reads and writes memory',
    modes: TWO,
    run: async (arena) => judged(arena, MEMORY),
  },
  {
    row: 257,
    name: 'code under test floods its judge',
    modes: TWO,
    run: async (arena) => judged(arena, FLOODS),
  },
  {
    row: 258,
    name: 'code under test does not end',
    modes: TWO,
    run: async (arena) => judged(arena, ENDLESS),
  },
  {
    row: 259,
    name: 'code under test escapes the count of steps',
    modes: TWO,
    run: async (arena) => judged(arena, UNCOUNTED, true),
  },
];
