/**
 * The metrics of `image-similarity` and `image-info` over PNGs of every type, compared with scikit-image, SciPy and Pillow on this machine.
 *
 * `pnpm -C conformance images`; an argument is the seed of other images. Skipped where Debian's `python3-skimage` is not installed.
 */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { PluginSystem } from '@testbench/core';

interface Pair {
  readonly name: string;
  /** In base64. */
  readonly files: readonly string[];
  readonly metrics?: Readonly<Record<string, number | null>>;
  readonly hashes?: readonly { readonly dhash: string; readonly phash: string }[];
  readonly info?: readonly [format: string, width: number, height: number];
}
interface Result {
  readonly score: number;
  readonly metrics: Readonly<Record<string, number>>;
  readonly explanation?: string;
}

/** Sums of floating-point numbers in another order. */
const TOLERANCE = 1e-9;
const CONFIGURATIONS = {
  psnr: { metric: 'psnr' },
  ssim: { metric: 'ssim' },
  ssim9: { metric: 'ssim', win_size: 9 },
  gaussian: { metric: 'ssim', gaussian_weights: true },
  dhash: { metric: 'dhash' },
  phash: { metric: 'phash' },
} as const;
type Name = keyof typeof CONFIGURATIONS;

const python = process.env['PYTHON'] ?? '/usr/bin/python3';
const reference = fileURLToPath(new URL('reference.py', import.meta.url));
const seed = process.argv[2] ?? '1';

try {
  execFileSync(python, ['-c', 'import skimage, scipy, PIL'], { stdio: 'ignore' });
} catch {
  console.log('skipped: scikit-image is not installed (Debian: python3-skimage)');
  process.exit(0);
}
const output = execFileSync(python, [reference, seed], { maxBuffer: 2 ** 28 }).toString();
const pairs = output
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Pair);

const moduleOf = (name: string): URL =>
  new URL(`../../example-plugins/${name}/build/${name}.wasm`, import.meta.url);
await using system = new PluginSystem({ isolation: 'inline' });
for (const [id, config] of Object.entries(CONFIGURATIONS)) {
  await system.loadPlugin(moduleOf('image-similarity'), { id, config });
}
await system.loadPlugin(moduleOf('image-info'), { id: 'info' });

let fuel = 0;
async function call(id: string, files: readonly string[]): Promise<Result> {
  const attachments = files.map((file) => ({
    mediaType: 'image/png',
    bytes: Buffer.from(file, 'base64'),
  }));
  const described = attachments.map(({ mediaType, bytes }, index) => ({
    field: `image${index}`,
    media_type: mediaType,
    bytes: bytes.length,
  }));
  const input = { data: { output: '', attachments: described } };
  const { data, metadata } = await system.executePlugin<Result>(id, input, { attachments });
  fuel = Math.max(fuel, metadata.fuelUsed);
  return data;
}

const counts = new Map<string, { values: number; equal: number; worst: number }>();
function count(what: string, difference: number, name: string): void {
  const found = counts.get(what) ?? { values: 0, equal: 0, worst: 0 };
  found.values += 1;
  found.worst = Math.max(found.worst, difference);
  if (difference <= TOLERANCE) found.equal += 1;
  else console.log(`${what} of ${name}: off by ${difference}`);
  counts.set(what, found);
}

for (const { name, files, metrics, hashes, info } of pairs) {
  for (const [id, expected] of Object.entries(metrics ?? {})) {
    const { metrics: found } = await call(id, files);
    const value = id === 'psnr' ? found['psnr'] : found['ssim'];
    // Identical images have no noise.
    if (expected === null) count(id, found['mse'] ?? Number.NaN, name);
    else count(id, Math.abs((value ?? Number.POSITIVE_INFINITY) - expected), name);
  }
  for (const id of ['dhash', 'phash'] satisfies Name[]) {
    if (hashes === undefined) continue;
    const [one, other] = hashes.map((hash) => hash[id]);
    const { explanation } = await call(id, files);
    count(
      id,
      explanation === `reference ${one}, image ${other}` ? 0 : 1,
      `${name} (${explanation})`,
    );
  }
  if (info === undefined) continue;
  const [format, width, height] = info;
  const { explanation } = await call('info', files);
  count('info', explanation === `${format}, ${width} x ${height} pixels` ? 0 : 1, name);
}
for (const [what, { values, equal, worst }] of counts) {
  console.log(`${what}: ${equal} of ${values}, largest difference ${worst.toExponential(1)}`);
}
console.log(`most fuel of a call: ${fuel}`);
if ([...counts.values()].some(({ values, equal }) => equal < values)) process.exitCode = 1;
