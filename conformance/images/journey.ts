/**
 * A run over 50 generated images with two recorded models: the server knows an image by the bytes that arrive, and gives the model's answer to it. The process is killed
 * halfway and the run is continued; the scores are those computed by hand, no answer was asked for twice that had arrived, and the report shows the images in Chromium.
 *
 * `pnpm -C conformance images-run`
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { readKeptImage, readRun, type ResultRow } from '@testbench/bench/results';
import { createHtmlReporter } from '@testbench/report';
import { reportRuns } from '@testbench/report/runs';
import { serveModels } from '@testbench/test-kit/model-server';
import { makePng } from '@testbench/test-kit/png';

import { withChromium } from '../browser/with-chromium.ts';
import { keptAnswers } from '../kept-answers.ts';

const IMAGES = 50;
const SIDE = 24;
const MODELS = ['sharp', 'blurred'] as const;
const COLOURS = { red: [200, 20, 20], green: [20, 160, 30], blue: [30, 40, 190] } as const;
const NAMES = Object.keys(COLOURS) as (keyof typeof COLOURS)[];
const CONCURRENCY = 4;
/** Answers that arrive before the process is killed. */
const BEFORE_KILL = 30;

const moduleOf = (name: string): string =>
  fileURLToPath(new URL(`../../example-plugins/${name}/build/${name}.wasm`, import.meta.url));
const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

function check(what: string, found: unknown, expected: unknown): void {
  const isRight = JSON.stringify(found) === JSON.stringify(expected);
  console.log(`${isRight ? 'ok' : 'WRONG'}: ${what}: ${JSON.stringify(found)}`);
  if (isRight) return;
  console.log(`  expected ${JSON.stringify(expected)}`);
  process.exitCode = 1;
}

const folder = mkdtempSync(join(tmpdir(), 'testbench-images-'));
const colourOf = (index: number): keyof typeof COLOURS => NAMES[index % NAMES.length]!;
/** How much brighter each sample of the second image is. */
const shiftOf = (index: number): number => 1 + (index % 5);
/** `sharp` is wrong on every fifth image, `blurred` on every second. */
const isRight = (model: string, index: number): boolean =>
  model === 'sharp' ? index % 5 !== 0 : index % 2 === 0;

const known = new Map<string, number>();
mkdirSync(join(folder, 'images'));
const records = Array.from({ length: IMAGES }, (_, index) => {
  const colour = COLOURS[colourOf(index)];
  const at =
    (shift: number) =>
    (x: number, y: number, channel: number): number => {
      const grain = ((x * y + index) % 7) + shift;
      // One pixel that no other image has.
      const own = x + y === 0 && channel === 2 ? index : 0;
      return colour[channel]! + grain + own;
    };
  const size = { width: SIDE, height: SIDE, channels: 3 } as const;
  const image = makePng({ ...size, at: at(0) });
  known.set(digestOf(image), index);
  writeFileSync(join(folder, 'images', `${index}.png`), image);
  writeFileSync(
    join(folder, 'images', `${index}-made.png`),
    makePng({ ...size, at: at(shiftOf(index)) }),
  );
  return {
    id: `image-${index}`,
    input: 'Which colour is it?',
    image: `images/${index}.png`,
    made: `images/${index}-made.png`,
    expected: colourOf(index),
  };
});
writeFileSync(
  join(folder, 'images.jsonl'),
  records.map((record) => `${JSON.stringify(record)}\n`).join(''),
);

let answered = 0;
let onAnswer = (): void => {};
const asked = new Map<string, number>();
await using server = await serveModels({
  latencyMs: 20,
  answer({ body }) {
    const messages = JSON.stringify(body['messages']);
    const base64 = /data:image\/png;base64,([A-Za-z0-9+/=]+)/.exec(messages)?.[1] ?? '';
    const index = known.get(digestOf(Buffer.from(base64, 'base64')));
    if (index === undefined) return 'I see nothing';
    const model = String(body['model']);
    const key = `${model} ${index}`;
    asked.set(key, (asked.get(key) ?? 0) + 1);
    answered += 1;
    onAnswer();
    return isRight(model, index) ? colourOf(index) : 'purple';
  },
});
const config = {
  name: 'colours',
  dataset: {
    path: 'images.jsonl',
    attachments: ['image', { field: 'made', mediaType: 'image/png', send: false }],
  },
  provider: {
    plugin: moduleOf('openai'),
    config: { base_url: `${server.origin}/v1`, api_key_secret: 'KEY' },
    permissions: { network: true, allowedHosts: [server.origin] },
    models: [...MODELS],
    calls: { concurrency: CONCURRENCY },
  },
  evaluators: [
    { plugin: moduleOf('exact-match') },
    {
      plugin: moduleOf('image-similarity'),
      name: 'noise',
      config: { metric: 'psnr', reference: 'image', image: 'made' },
    },
    {
      plugin: moduleOf('image-info'),
      config: { image: 'image', formats: ['png'], max_width: SIDE },
    },
  ],
  policy: 'policy.json',
  outputDir: 'runs',
};
writeFileSync(join(folder, 'benchmark.json'), JSON.stringify(config));
process.env['IMAGES_KEY'] = 'sk-test-0123456789';
const host = new URL(server.origin).host;
writeFileSync(
  join(folder, 'policy.json'),
  JSON.stringify({ secrets: { KEY: { env: 'IMAGES_KEY', hosts: [host] } } }),
);

/** Runs the benchmark in a process of its own. @param killAfter Answers after which it is killed. */
async function run(killAfter = Number.POSITIVE_INFINITY): Promise<number | NodeJS.Signals | null> {
  const script = fileURLToPath(new URL('child.ts', import.meta.url));
  const child = spawn(process.execPath, [script, join(folder, 'benchmark.json')], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  onAnswer = () => {
    if (answered >= killAfter) child.kill('SIGKILL');
  };
  return await new Promise((resolve) => {
    child.on('exit', (code, signal) => resolve(signal ?? code));
  });
}

try {
  check('the first process', await run(BEFORE_KILL), 'SIGKILL');
  // The server still answers what the process had asked.
  await server.idle();
  const before = answered;
  // Those that had not arrived, or were not written yet, are asked for again.
  const lost = before - keptAnswers(join(folder, 'runs'));
  check('the second process', await run(), 0);
  console.log(`${before} answers before the kill, ${answered - before} after it`);
  const repeated = [...asked.values()].reduce((sum, count) => sum + count - 1, 0);
  check('cases that were asked', asked.size, IMAGES * MODELS.length);
  check('answers asked for again', repeated, lost);

  const name = readdirSync(join(folder, 'runs')).find((each) => !each.startsWith('.')) ?? '';
  const stored = await readRun(join(folder, 'runs', name));
  const rows: ResultRow[] = [];
  for await (const row of stored.rows()) rows.push(row);
  check('rows', rows.length, IMAGES * MODELS.length);
  for (const model of MODELS) {
    const own = rows.filter((row) => row.model === model);
    const byHand = records.filter((_, index) => isRight(model, index)).length / IMAGES;
    const mean = (evaluator: string): number =>
      own.reduce((sum, { scores }) => sum + (scores[evaluator] ?? Number.NaN), 0) / own.length;
    check(`exact-match of ${model}`, mean('exact-match'), byHand);
    // A shift of d in each sample is a mean squared error of d².
    const noise =
      records.reduce((sum, _, index) => sum + (20 * Math.log10(255 / shiftOf(index))) / 50, 0) /
      IMAGES;
    check(`noise of ${model}`, mean('noise').toFixed(12), noise.toFixed(12));
    check(`image-info of ${model}`, mean('image-info'), 1);
  }

  const page = join(folder, 'report.html');
  let html = '';
  const write = (text: string): void => void (html += text);
  const images = (_: number, digest: string) => readKeptImage(stored.path, digest);
  await reportRuns([stored], [createHtmlReporter({ write }, { images })]);
  writeFileSync(page, html);
  const kept = html.match(/id="image-[0-9a-f]{64}">data:image\/png;base64,/g)?.length;
  check('images in the report', kept, 2 * IMAGES);
  if (existsSync('/usr/bin/chromium')) await look(page);
  else console.log('skipped: there is no Chromium to open the report in');
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Opens a record of the report, and looks at its images. */
async function look(page: string): Promise<void> {
  const failed = await withChromium(new URL('build', import.meta.url), async (perform) => {
    await perform(
      { name: 'a record shows its images' },
      {
        isOwn: (url) => url.startsWith('file:') || url.startsWith('data:image/png'),
        async run(opened) {
          await opened.goto(pathToFileURL(page).href, { waitUntil: 'commit' });
          await opened.waitForSelector('#records');
          await opened.evaluate(() => {
            location.hash = '#record=0';
          });
          await opened.waitForSelector('.attachments img');
          const sizes = await opened.$$eval('.attachments img', (found) =>
            found.map((image) => (image as unknown as { naturalWidth: number }).naturalWidth),
          );
          return JSON.stringify(sizes) === JSON.stringify([SIDE, SIDE])
            ? `two images of ${SIDE} pixels`
            : Promise.reject(new Error(`found ${JSON.stringify(sizes)}`));
        },
      },
    );
  });
  if (failed !== 0) process.exitCode = 1;
}
