// Mutates modules and keeps those that reach code of `wasm` or `metering` that no other mutant reached: the blocks come from V8's own
// coverage, so that nothing has to be built or installed.
//   node src/fuzz.ts [--inputs N] [--seed N]
import { Session } from 'node:inspector/promises';
import { parseArgs } from 'node:util';

import { ByteWriter, decodeModule, readSections, SectionId } from '@testbench/wasm';
import * as fc from 'fast-check';

import { encodeProgram } from './encode-program.ts';
import { programs } from './generate-program.ts';
import { survives } from './survives.ts';

type Bytes = Uint8Array<ArrayBuffer>;

const { values } = parseArgs({
  // pnpm passes on the `--` that separates its own options.
  args: process.argv.slice(2).filter((option) => option !== '--'),
  options: {
    inputs: { type: 'string', default: '20000' },
    seed: { type: 'string', default: '1' },
  },
});
const inputs = Number(values.inputs);

/** Reading the coverage takes milliseconds: this many inputs run before it is read, and one by one only if they find something. */
const BATCH = 256;
/** Longer inputs are cut: a decoder treats many bytes like few. */
const MAX_BYTES = 2000;

let state = Number(values.seed);
/** A whole number in [0, limit); xorshift, so that a seed gives the same run everywhere. */
function random(limit: number): number {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) % Math.max(1, limit);
}

const session = new Session();
session.connect();
await session.post('Profiler.enable');
await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });

/** Blocks of the two packages that ran since the last call. */
async function blocks(): Promise<string[]> {
  const { result } = await session.post('Profiler.takePreciseCoverage');
  return result
    .filter(({ url }) => /packages\/(wasm|metering)\/dist\//.test(url))
    .flatMap(({ scriptId, functions }) =>
      functions.flatMap(({ ranges }) =>
        ranges
          .filter(({ count }) => count > 0)
          .map(({ startOffset, endOffset }) => `${scriptId}:${startOffset}-${endOffset}`),
      ),
    );
}

/** Changes, adds, removes or repeats a few bytes. */
function mutate(bytes: Uint8Array): Uint8Array {
  const result = [...bytes];
  for (let left = 1 + random(4); left > 0; left -= 1) {
    const at = random(result.length);
    const size = 1 + random(4);
    const pick = random(6);
    if (pick < 2) result[at] = random(256);
    else if (pick === 2) result[at]! ^= 1 << random(8);
    else if (pick === 3) result.splice(at, size);
    else if (pick === 4) result.splice(at, 0, ...Array.from({ length: size }, () => random(256)));
    else result.splice(at, 0, ...result.slice(at, at + 4 * size));
  }
  return Uint8Array.from(result);
}

/** Mutates the content of one section, or one function's body, and writes matching sizes: otherwise no input gets deep into the decoder. */
function mutateInside(bytes: Bytes): Bytes {
  const out = new ByteWriter().raw(bytes.subarray(0, 8));
  const sections = readSections(bytes);
  const chosen = random(sections.length);
  sections.forEach(({ id, start, contentStart, end }, index) => {
    if (index !== chosen) {
      out.copy(bytes, start, end);
      return;
    }
    const content = new ByteWriter();
    if (id === SectionId.Code && random(4) > 0) {
      const { bodies } = decodeModule(bytes);
      const changed = random(bodies.length);
      content.u32(bodies.length);
      bodies.forEach((body, at) => {
        const code = bytes.subarray(body.start, body.end);
        const written = at === changed ? mutate(code) : code;
        content.u32(written.length).raw(written);
      });
    } else {
      // A custom section's name precedes its content.
      content.raw(mutate(bytes.subarray(id === SectionId.Custom ? start + 2 : contentStart, end)));
    }
    out.section(id, content);
  });
  return out.finish();
}

function next(corpus: readonly Bytes[]): Bytes {
  const parent = corpus[random(corpus.length)]!;
  let child: Bytes | undefined;
  if (random(3) > 0) {
    try {
      child = mutateInside(parent);
    } catch {
      // The parent does not have this frame.
    }
  }
  child ??= Uint8Array.of(...parent.subarray(0, 8), ...mutate(parent.subarray(8)));
  return child.slice(0, MAX_BYTES);
}

function run(bytes: Bytes): void {
  let ok = false;
  try {
    ok = survives(bytes);
  } catch (error) {
    console.error(error);
  }
  if (ok) return;
  console.error(`Does not survive: ${Buffer.from(bytes).toString('hex')}`);
  process.exit(1);
}

const seen = new Set<string>();
const isNew = (found: readonly string[]): boolean => {
  const before = seen.size;
  for (const block of found) seen.add(block);
  return seen.size > before;
};

const corpus = fc.sample(programs, { numRuns: 40, seed: state }).map(encodeProgram);
for (const bytes of corpus) run(bytes);
isNew(await blocks());
const before = seen.size;
for (let done = 0; done < inputs; done += BATCH) {
  const batch = Array.from({ length: BATCH }, () => next(corpus));
  for (const bytes of batch) run(bytes);
  const found = await blocks();
  if (found.every((block) => seen.has(block))) continue;
  for (const bytes of batch) {
    run(bytes);
    if (isNew(await blocks())) corpus.push(bytes);
  }
}
console.log(
  `${inputs} inputs survived; blocks reached: ${before} by the first modules, ${seen.size} at the end; ${corpus.length} modules kept`,
);
