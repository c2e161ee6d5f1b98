import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { buildScript } from '@testbench/script';

import type { Arena } from '../arena.ts';
import { type Attack, insist, ISOLATED, type Mode } from '../attack.ts';

const LIMITS = { timeoutMs: 20_000, maxFuel: 5_000_000_000 };
/** What holds in one isolation holds in all: these rows concern the guest alone. */
const TWO: readonly Mode[] = ['inline', 'process'];

const FORGERIES: Readonly<Record<string, string>> = {
  'is equal to everything':
    'function double() { return { valueOf: () => 4, toString: () => "4", [Symbol.toPrimitive]: () => 4 }; }',
  'becomes another number at each look':
    'function double() { let n = 1e9; return new (class { valueOf() { return (n = -n); } [Symbol.toPrimitive]() { return (n = -n); } })(); }',
  'replaces what asserts':
    'function double() { return null; }\nglobalThis.assert = console.assert = () => {}; Math.abs = () => 0; Object.is = () => true;',
  'changes every prototype':
    'function double() { return null; }\nfor (const one of [Object, Array, Function, Promise, Map, Set, Error, String, Number]) for (const key of Object.getOwnPropertyNames(one.prototype)) try { one.prototype[key] = () => 4; } catch {}',
  'answers in the place of the engine':
    'function double() { return 0; }\nJSON.parse = () => ({ do: "call", object: 0, self: 0, given: [] }); JSON.stringify = () => \'{"value":[["k",0,"x",true],[]],"printed":""}\';',
  'answers with what is no answer':
    'function double() { return 0; }\nJSON.stringify = () => "\\ud800]]]{{{" + "[".repeat(100000);',
  'claims an odd shape':
    'function double() { return 0; }\nJSON.stringify = () => \'{"value":{"__proto__":{"score":1}},"isPromise":true,"error":null,"printed":{"toString":1}}\';',
  'looks for its tests':
    'function double() { const seen = []; for (let key of Object.getOwnPropertyNames(globalThis)) seen.push(String(globalThis[key])); return seen.join().includes("hidden" + "-test") || new Error().stack.includes("tests") ? 4 : 0; }',
  'looks for its host':
    'function double() { for (const name of ["host", "guest", "__testbench", "process", "require", "fetch", "std", "os"]) if (typeof globalThis[name] !== "undefined") return 4; return 0; }',
  'leaves work behind':
    'function double() { return 0; }\nPromise.resolve().then(() => { globalThis.verdict = "passed"; }); new FinalizationRegistry(() => {}).register({}, 1);',
  'names what the tests name':
    'const assert = () => {}, candidate = () => 4, require = () => assert;\nfunction double() { return null; }',
};
const ENDLESS: Readonly<Record<string, string>> = {
  'a loop': 'function double() { for (;;); }',
  'a loop at the start': 'for (;;);',
  'a loop that catches':
    'function double() { for (;;) try { for (;;); } catch {} finally { continue; } }',
  'promises without end':
    'const again = () => Promise.resolve().then(again); again(); function double() { return 0; }',
  'a promise that never settles': 'function double() { return new Promise(() => {}); }',
  'a regular expression': 'function double() { return /^(a|a)+$/.test("a".repeat(64) + "b"); }',
  recursion: 'function double(x) { return double(x); }',
  'an iterator of the engine': 'function double() { return Array.from({ length: 2 ** 53 - 1 }); }',
  'a forged length':
    'function double() { return Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1); }',
  memory:
    'function double() { const kept = []; for (;;) kept.push("x".repeat(1e6) + kept.length); }',
  'one large buffer': 'function double() { return new Uint8Array(2 ** 31 - 1).length; }',
  'a string that doubles': 'function double() { let text = "x"; for (;;) text += text; }',
  output: 'function double() { for (;;) console.log("x".repeat(1e5)); }',
};

let runCode: Promise<Uint8Array> | undefined;

/** Judges answers; none may pass, and each needs a verdict unless the call may end by its limits. */
async function judged(
  arena: Arena,
  answers: Readonly<Record<string, string>>,
  mayFail: boolean,
): Promise<string> {
  const manager = await arena.manager({ limits: LIMITS });
  runCode ??= buildScript({ path: '.', shipped: 'run-code', language: 'javascript' }).then(
    ({ bytes }) => bytes,
  );
  await manager.load(await runCode, {
    id: 'attacker',
    state: 'reset',
    config: { steps: 1_000_000 },
  });
  const ask = async (output: string): Promise<{ score: number; explanation: string }> => {
    const test =
      '// hidden-test\nassert.equal(double(2), 4);\nassert(double(3) > 5.9 && double(3) < 6.1);\n';
    const { data } = await manager.execute('attacker', {
      data: { output, prompt: 'function double(x) {\n', test, entry_point: 'double' },
    });
    return data as { score: number; explanation: string };
  };
  insist((await ask('  return 2 * x;\n}')).score === 1, 'a right answer does not pass');
  let cut = 0;
  for (const [name, answer] of Object.entries(answers)) {
    try {
      const { score, explanation } = await ask(answer);
      insist(score === 0, `${name}: its score is ${score}`);
      insist(explanation.length < 10_000, `${name}: ${explanation.length} characters`);
    } catch (error) {
      const code = String((error as { code?: unknown }).code);
      const isLimit =
        /^CALL_(?:FUEL_EXHAUSTED|DEADLINE_EXCEEDED|MEMORY_EXHAUSTED|STACK_EXHAUSTED|PLUGIN_FAILED)$/;
      insist(mayFail && isLimit.test(code), `${name}: ${String(error)}`);
      cut += 1;
    }
  }
  return `none of ${Object.keys(answers).length} passes${cut > 0 ? `, ${cut} end by the limits of the call` : ''}`;
}

const ASKS = `
plugin = {"permissions": {"network": True, "allowed_hosts": ["granted.example"]}}
def run(data, context):
    asked = data["asked"]
    if asked == "elsewhere": return context.fetch("https://elsewhere.example/").text
    if asked == "metadata": return context.fetch("http://169.254.169.254/latest/meta-data/").text
    if asked == "loopback": return context.fetch("http://127.0.0.1:9/").text
    if asked == "file": return context.fetch("file:///etc/passwd").text
    if asked == "header": return context.fetch("https://granted.example/", headers={"Host": "elsewhere.example", "a\\r\\nb": "c"}).text
    if asked == "other provider": return context.complete("paid", {"model": "m"})
    if asked == "many": return [context.fetch(f"https://granted.example/{n}").status for n in range(100)]
    if asked == "changing":
        import time, posix
        return context.fetch("https://granted.example/" + posix.urandom(8).hex()).text
    if asked == "swallowed":
        while True:
            try: context.fetch("https://granted.example/")
            except BaseException: pass
    if asked == "forged":
        context._rounds.pending.append({"url": "https://elsewhere.example/"})
        context._rounds.answers = [{"status": 200, "body": "x"}] * 99
        return context.fetch("https://granted.example/").text
`;
let asking: Promise<Uint8Array> | undefined;

async function buildAsking(): Promise<Uint8Array> {
  const folder = mkdtempSync(join(tmpdir(), 'testbench-attack-'));
  try {
    writeFileSync(join(folder, 'asks.py'), ASKS);
    return (await buildScript({ path: join(folder, 'asks.py') })).bytes;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Rows 290 to 292: JavaScript code written by models, and what a script in Python asks for. */
export const runCodeRows: readonly Attack[] = [
  {
    row: 290,
    name: 'JavaScript under test forges its verdict',
    modes: TWO,
    run: async (arena) => await judged(arena, FORGERIES, false),
  },
  {
    row: 291,
    name: 'JavaScript under test does not end, or takes all memory',
    modes: TWO,
    run: async (arena) => await judged(arena, ENDLESS, true),
  },
  {
    row: 292,
    name: 'a script in Python asks for what it was not granted',
    modes: ISOLATED,
    async run(arena) {
      const seen: string[] = [];
      const manager = await arena.manager({
        limits: LIMITS,
        httpTransport: async ({ url }: { readonly url: unknown }) => {
          seen.push(String(url));
          const none = new Uint8Array();
          return {
            statusCode: 200,
            headers: {},
            body: (async function* () {
              yield none;
            })(),
          };
        },
      });
      asking ??= buildAsking();
      await manager.load(await asking, {
        id: 'attacker',
        permissions: { network: true, allowedHosts: ['granted.example'] },
      });
      const codes = new Set<string>();
      for (const asked of [
        'elsewhere',
        'metadata',
        'loopback',
        'file',
        'header',
        'other provider',
        'many',
        'changing',
        'swallowed',
        'forged',
      ]) {
        try {
          await manager.execute('attacker', { data: { asked } });
          insist(asked === 'forged', `${asked}: it went through`);
        } catch (error) {
          codes.add(String((error as { code?: unknown }).code));
        }
      }
      const strange = seen.filter((url) => !url.startsWith('https://granted.example/'));
      insist(strange.length === 0, `it reached ${strange.join(', ')}`);
      return `${seen.length} requests, all to the granted host; ${[...codes].join(', ')}`;
    },
  },
];
