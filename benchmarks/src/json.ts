/* oxlint-disable no-underscore-dangle -- the names that the compiler gives its runtime */
// JSON of plugins-sdk, unmetered, next to V8's own: MB/s and the ratio, from one run.
import { instantiate } from '@assemblyscript/loader';

import { compile } from '../../plugins-sdk/tests/compile.ts';
import { type Candidate, interleave } from './interleave.ts';

const SOURCE = `
import { Json, JsonWriter } from "@testbench/plugins-sdk";

const out = new JsonWriter();
export function room(size: i32): ArrayBuffer { return new ArrayBuffer(size); }

function copy(value: Json): void {
  if (value.isObject) {
    out.object();
    for (let i = 0; i < value.length; i++) { out.key(value.keyAt(i)); copy(value.at(i)); }
    out.end();
  } else if (value.isArray) {
    out.array();
    for (let i = 0; i < value.length; i++) copy(value.at(i));
    out.end();
  } else if (value.isString) out.string(value.text());
  else if (value.isNumber) out.number(value.number());
  else if (value.isBoolean) out.boolean(value.boolean());
  else out.null();
}

/** Decodes everything and writes it again; gives the length. */
export function roundTrip(bytes: ArrayBuffer, size: i32): i32 {
  out.clear();
  copy(Json.view(bytes, size));
  return <i32>out.mark();
}

/** Checks everything and reads the field "model" of the last item or of the object. */
export function field(bytes: ArrayBuffer, size: i32): i32 {
  const json = Json.view(bytes, size);
  const item = json.isArray ? json.at(json.length - 1) : json;
  return item.get("model").text().length;
}
`;

interface Exports {
  readonly memory: WebAssembly.Memory;
  __pin(pointer: number): number;
  __collect(): void;
  room(size: number): number;
  roundTrip(bytes: number, size: number): number;
  field(bytes: number, size: number): number;
}

const text = 'Der Zug fährt um 12:30 – “on time”, they said.\nNext: 東京 😀. ';
const record = (index: number): object => ({
  id: index,
  model: 'small',
  messages: [
    { role: 'user', content: text.repeat(1 + (index % 5)) },
    { role: 'assistant', content: text.repeat(2) },
  ],
  score: index / 7,
  passed: index % 2 === 0,
  usage: { prompt_tokens: index * 3, completion_tokens: 12 },
});
const DOCUMENTS: Readonly<Record<string, unknown>> = {
  'one answer': { id: 'c1', model: 'small', choices: [{ message: { content: text.repeat(20) } }] },
  '500 records': Array.from({ length: 500 }, (_, index) => record(index)),
  '20,000 numbers': { model: 'm', values: Array.from({ length: 20_000 }, (_, i) => Math.sin(i)) },
};
const BYTES_PER_ROUND = 4_000_000;

const wasm = (
  await instantiate(
    await compile(SOURCE, { flags: ['--exportRuntime'], optimize: ['--optimizeLevel', '2'] }),
    { env: { host_error: () => 0 } } as never,
  )
).exports as never as Exports;

/** CPU time of repeated work, until enough bytes have been processed. */
function timed(size: number, work: () => number): { ms: number; checksum: number } {
  const times = Math.max(1, Math.round(BYTES_PER_ROUND / size));
  const start = process.cpuUsage();
  let checksum = 0;
  for (let count = 0; count < times; count += 1) checksum = work();
  const { user, system } = process.cpuUsage(start);
  return { ms: (user + system) / 1000, checksum };
}

/** Of the same length, except for a digit now and then: not every number is written in its shortest form. */
const roughly = (length: number): number => Math.floor(length / 5000);

process.stdout.write('document          work        plugins-sdk MB/s   V8 MB/s   time, V8 = 1\n');
for (const [name, value] of Object.entries(DOCUMENTS)) {
  const source = JSON.stringify(value);
  const bytes = new TextEncoder().encode(source);
  const place = wasm.__pin(wasm.room(bytes.length + 1));
  // Encoded again each time, as a host does, and decoded by V8 from bytes, as a host would have to.
  const put = (): void => new Uint8Array(wasm.memory.buffer).set(bytes, place);
  const decoder = new TextDecoder();
  const encoder = new TextEncoder();
  const works: Record<string, Candidate[]> = {
    'round trip': [
      {
        name: 'sdk',
        run: () =>
          timed(bytes.length, () => {
            put();
            const length = wasm.roundTrip(place, bytes.length);
            wasm.__collect();
            return roughly(length);
          }),
      },
      {
        name: 'v8',
        run: () =>
          timed(bytes.length, () =>
            roughly(encoder.encode(JSON.stringify(JSON.parse(decoder.decode(bytes)))).length),
          ),
      },
    ],
    'one field': [
      {
        name: 'sdk',
        run: () =>
          timed(bytes.length, () => {
            put();
            const length = wasm.field(place, bytes.length);
            wasm.__collect();
            return length;
          }),
      },
      {
        name: 'v8',
        run: () =>
          timed(bytes.length, () => {
            const json = JSON.parse(decoder.decode(bytes));
            return (Array.isArray(json) ? json.at(-1) : json).model.length;
          }),
      },
    ],
  };
  for (const [work, candidates] of Object.entries(works)) {
    const comparison = await interleave(`${name}, ${work}`, candidates, 9);
    const repeated = Math.max(1, Math.round(BYTES_PER_ROUND / bytes.length)) * bytes.length;
    const rate = (candidate: string): string =>
      (repeated / 1000 / comparison.ms(candidate)).toFixed(0);
    process.stdout.write(
      `${name.padEnd(18)}${work.padEnd(12)}${rate('sdk').padStart(16)}${rate('v8').padStart(10)}${comparison.ratio('sdk', 'v8').toFixed(2).padStart(15)}\n`,
    );
  }
}
