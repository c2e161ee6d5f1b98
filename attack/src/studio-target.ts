import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { startStudio, type Studio } from '@testbench/studio';

import { HOSTILE_TEXTS } from '../../packages/report/src/__fixtures__/hostile-texts.ts';
import { askStudio, signIn } from '../../packages/studio/src/__fixtures__/ask-studio.ts';
import { makeRun, writeRun } from '../../packages/studio/src/__fixtures__/write-run.ts';
import { type Attack, insist } from './attack.ts';

/** A studio over a project with a run, data, and links that point outside. */
interface Target {
  readonly studio: Studio;
  readonly folder: string;
  readonly cookie: string;
  readonly origin: string;
}

/** An attack on a studio that is started for it. */
export function studioAttack(
  row: number,
  name: string,
  run: (target: Target) => Promise<string>,
): Attack {
  return { row, name, modes: ['host'], run: () => withStudio(run) };
}

async function withStudio(attack: (target: Target) => Promise<string>): Promise<string> {
  const root = mkdtempSync(join(tmpdir(), 'attack-studio-'));
  const folder = join(root, 'project');
  mkdirSync(join(folder, 'data'), { recursive: true });
  writeFileSync(join(root, 'secret.jsonl'), '{"secret":"of somebody"}\n');
  symlinkSync(join(root, 'secret.jsonl'), join(folder, 'data/link.jsonl'));
  symlinkSync(root, join(folder, 'data/out'));
  await writeRun(join(folder, 'runs/r'), hostileRun());
  await using studio = await startStudio({ folder });
  const origin = `http://127.0.0.1:${studio.port}`;
  try {
    return await attack({ studio, folder, cookie: await signIn(studio), origin });
  } finally {
    rmSync(root, { recursive: true });
  }
}

/** Every text from a model, a plugin and a data set is hostile. */
function hostileRun(): ReturnType<typeof makeRun> {
  return makeRun(HOSTILE_TEXTS.length, (row) => {
    const text = HOSTILE_TEXTS[row.index]!;
    const details = { exact: { explanation: text, reply: text, metrics: { [text || 'x']: 1 } } };
    return { ...row, id: `${row.index}${text}`, input: text, output: `${text}.`, details };
  });
}

/** What a socket receives until the server ends it. */
export async function listen(socket: Socket): Promise<string> {
  let text = '';
  socket.setEncoding('utf8');
  socket.on('data', (part: string) => {
    text += part;
  });
  // The disconnect is the expected end.
  socket.on('error', () => undefined);
  await new Promise((done) => {
    socket.once('close', done);
  });
  return text;
}

/** Each request must be refused, with one of these codes. */
export async function refuseAll(
  studio: Studio,
  tries: readonly (readonly [method: string, path: string, headers: Record<string, string>])[],
  codes: readonly string[],
): Promise<string> {
  for (const [method, path, headers] of tries) {
    const { status, body } = await askStudio(studio, method, path, headers);
    insist(
      status >= 400 && codes.some((code) => body.includes(`"${code}"`)),
      `${method} ${path} ${JSON.stringify(headers)} was answered with ${status} ${body.slice(0, 80)}`,
    );
    insist(!body.includes('of somebody'), `${path} gave the secret`);
  }
  return `${tries.length} requests were refused`;
}
