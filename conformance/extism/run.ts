// Runs the same guests with Extism's own SDK and with ours, in every isolation, and prints one table: what each does, and why, where they differ.
// Usage: node extism/run.ts
import { createPlugin as createTheirs } from '@extism/extism';
import {
  createPlugin as createOurs,
  type ExtismPluginOptions,
  type Plugin,
} from '@testbench/extism';
import {
  extismGuest,
  extismHttpGuest,
  startGuest,
  STARTS,
} from '@testbench/test-kit/extism-guests';

import { buildGuest } from './build-guest.ts';
import { type Case, CASES } from './cases.ts';
import { startServer } from './servers.ts';

type CreatePlugin = typeof createOurs;

const guests: Record<string, Uint8Array<ArrayBuffer>> = {
  kit: await buildGuest(),
  text: extismGuest(),
  http: extismHttpGuest(),
  ...Object.fromEntries(
    (Object.keys(STARTS) as (keyof typeof STARTS)[]).map((name) => [name, startGuest(name)]),
  ),
};
const server = await startServer();

/** What a program sees: the output, the error, and the log. */
async function outcome(
  create: CreatePlugin,
  { guest, call, input = '', before = [], chain, options = {} }: Case,
  further: ExtismPluginOptions = {},
): Promise<string> {
  const lines: string[] = [];
  const log =
    (level: string) =>
    (text: unknown): void =>
      void lines.push(`${level} ${String(text)}`);
  const logger = {
    trace: log('trace'),
    debug: log('debug'),
    info: log('info'),
    warn: log('warn'),
    error: log('error'),
  };
  const shown = (text: string): string => [text, ...lines.map((line) => `[${line}]`)].join(' ');
  let close = async (): Promise<void> => {};
  try {
    const plugin = await create(
      { wasm: [{ data: guests[guest]! }] },
      {
        logger,
        functions: {
          'extism:host/user': {
            lookup: (context, offset: bigint) => {
              const text = context.read(offset)?.text();
              if (chain !== undefined) lines.push(`looks up ${text}`);
              return context.store(`found ${text}`);
            },
          },
        },
        ...options,
        ...further,
      },
    );
    close = () => plugin.close();
    for (const name of before) await plugin.call(name, '');
    if (chain !== undefined) return shown(await runChain(plugin, [...chain, call]));
    const output = await plugin.call(call, typeof input === 'string' ? server.fill(input) : input);
    return shown(output === null ? 'null' : brief(output.bytes()));
  } catch (error) {
    const { code, message } = error as { readonly code?: string; readonly message: string };
    return shown(
      `throws ${code?.startsWith('CALL_') === true && !message.startsWith('Plugin-') ? `${code} ` : ''}${message}`,
    );
  } finally {
    await close().catch(() => {});
  }
}

/** Which of the functions set an output, and which an error. */
async function runChain(plugin: Plugin, names: readonly string[]): Promise<string> {
  const kinds: string[] = [];
  let block: number | null = null;
  for (const name of names) {
    const [error, output]: readonly (number | null)[] = await plugin.callBlock(name, block);
    block = error ?? output ?? null;
    kinds.push(block === null ? 'nothing' : error === null ? 'output' : 'error');
  }
  return kinds.join(', ');
}

function brief(bytes: Uint8Array): string {
  const text = Buffer.from(bytes);
  if (bytes.length <= 200) return JSON.stringify(text.toString('utf8'));
  let sum = 0;
  for (const byte of bytes) sum = (Math.imul(sum, 31) + byte) >>> 0;
  return `${bytes.length} bytes, sum ${sum}`;
}

let failures = 0;
const rows: string[][] = [];
for (const one of CASES) {
  const theirs =
    one.onlyOurs === true ? 'not run' : await outcome(createTheirs as unknown as CreatePlugin, one);
  const ours = new Set<string>();
  for (const isolation of ['inline', 'thread', 'process'] as const) {
    ours.add(await outcome(createOurs, one, { isolation }));
  }
  const [own = ''] = ours;
  const isTrap =
    own.startsWith('throws CALL_TRAPPED') && own.endsWith(theirs.replace(/^throws /, ''));
  const isSame = own === theirs || isTrap;
  const isRight =
    ours.size === 1 && (one.differs === undefined ? isSame : !isSame && one.ours!.test(own));
  if (!isRight) failures += 1;
  const input =
    one.input === undefined
      ? ''
      : one.input.length > 30
        ? `${one.input.length} bytes`
        : String(one.input);
  rows.push([
    isRight ? (isSame ? 'same' : 'differs') : 'WRONG',
    one.guest,
    [...(one.before ?? []), ...(one.chain ?? []), one.call].join(', '),
    input,
    theirs,
    [...ours].join(' | '),
    one.differs ?? '',
  ]);
}
server.close();

const cut = (text: string, most: number): string =>
  text.length > most ? `${text.slice(0, most - 1)}…` : text;
console.log(
  `${'verdict'.padEnd(8)} ${'guest'.padEnd(25)} ${'function'.padEnd(28)} ${'input'.padEnd(14)} Extism's SDK · ours · why`,
);
for (const [
  verdict = '',
  guest = '',
  name = '',
  input = '',
  theirs = '',
  own = '',
  why = '',
] of rows) {
  console.log(
    `${verdict.padEnd(8)} ${cut(guest, 25).padEnd(25)} ${cut(name, 28).padEnd(28)} ${cut(input, 14).padEnd(14)} ${cut(theirs, 90)}`,
  );
  if (verdict !== 'same') console.log(`${' '.repeat(79)}${cut(own, 160)}\n${' '.repeat(79)}${why}`);
}
const same = rows.filter(([verdict]) => verdict === 'same').length;
console.log(
  `\n${rows.length} rows in 3 isolations: ${same} the same, ${rows.length - same - failures} differ as documented, ${failures} wrong`,
);
process.exitCode = failures === 0 ? 0 : 1;
