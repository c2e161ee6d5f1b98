import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { KeyFolder, type SigningKey } from '@testbench/trust';

export const root = join(import.meta.dirname, '../..');
const BIN = join(root, 'packages/cli/bin/testbench.js');
const PASSPHRASE = 'for this script alone';
/** A command that takes longer hangs. */
const TIMEOUT_MS = 180_000;

/** How a command ended. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder with a user's keys, which is removed at the end. */
export class Scene implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'testbench-registry-check-'));
  readonly #keys = join(this.folder, 'keys');

  /** An empty folder. */
  project(name: string): string {
    const folder = join(this.folder, name);
    mkdirSync(folder);
    return folder;
  }

  /** Runs `testbench` in a folder; nothing from the user's own environment affects it. */
  async run(cwd: string, ...args: string[]): Promise<Ended> {
    return await new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [BIN, ...args], {
        cwd,
        env: {
          PATH: process.env['PATH'],
          HOME: this.folder,
          TESTBENCH_KEYS: this.#keys,
          TESTBENCH_PASSPHRASE: PASSPHRASE,
        },
        stdio: ['ignore', 'pipe', 'pipe'],
        timeout: TIMEOUT_MS,
      });
      let stdout = '';
      let stderr = '';
      child.stdout.on('data', (part: Buffer) => (stdout += String(part)));
      child.stderr.on('data', (part: Buffer) => (stderr += String(part)));
      child.on('error', reject);
      child.on('close', (code) => resolve({ code: code ?? -1, stdout, stderr }));
    });
  }

  /** The same for a command that must succeed. @returns Its output. */
  async ok(cwd: string, ...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.run(cwd, ...args);
    insist(code === 0, `testbench ${args.join(' ')} ended with ${code}:\n${stderr}${stdout}`);
    return stdout;
  }

  /** The same for a command that must be refused, with this text in its message. */
  async refused(cwd: string, what: string, ...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.run(cwd, ...args);
    const text = `${stdout}${stderr}`.trim();
    insist(
      code === 1 && text.includes(what),
      `testbench ${args.join(' ')} ended with ${code}, without "${what}":\n${text}`,
    );
    return text.split('\n').find((line) => line.includes(what))!;
  }

  /** One of the keys made by the command line. */
  async openKey(name: string): Promise<SigningKey> {
    return await new KeyFolder(this.#keys).open(name, PASSPHRASE);
  }

  publicKeyOf(name: string): string {
    return join(this.#keys, `${name}.pub.pem`);
  }

  /** Builds a version of an example plugin. @returns Its module. */
  async build(version: string): Promise<string> {
    const example = join(root, 'example-plugins/exact-match');
    const folder = this.project(`source-${version}`);
    for (const name of ['assembly', 'README.md']) {
      cpSync(join(example, name), join(folder, name), { recursive: true });
    }
    symlinkSync(join(example, 'node_modules'), join(folder, 'node_modules'));
    const manifest = JSON.parse(readFileSync(join(example, 'package.json'), 'utf8'));
    const own = { ...manifest, version };
    writeFileSync(join(folder, 'package.json'), JSON.stringify(own));
    await this.ok(folder, 'build', '--output', join(folder, 'exact-match.wasm'));
    return join(folder, 'exact-match.wasm');
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** @throws If it is not so. */
export function insist(isSo: boolean, what: string): asserts isSo {
  if (!isSo) throw new Error(what);
}

/** Runs `skopeo`, the second reader. @returns Its output, unchanged. */
export function skopeo(...args: string[]): Buffer {
  const { status, stdout, stderr } = spawnSync('skopeo', args, { maxBuffer: 64 * 1024 * 1024 });
  insist(status === 0, `skopeo ${args[0]} ended with ${status}: ${String(stderr)}`);
  return stdout;
}

export function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** Changes one score of a run, and all digests that the run keeps of its files. @returns Number of the record. */
export function changeScore(run: string, evaluator: string): number {
  const manifestPath = join(run, 'manifest.json');
  let manifest = readFileSync(manifestPath, 'utf8');
  let changed: number | undefined;
  const names = readdirSync(run, { recursive: true, encoding: 'utf8' });
  for (const name of names.filter((one) => one.endsWith('.jsonl')).sort()) {
    const path = join(run, name);
    const before = readFileSync(path);
    const lines = before.toString().split('\n');
    for (const [place, line] of lines.entries()) {
      if (changed !== undefined || line === '') continue;
      const row = JSON.parse(line) as { index: number; scores: Record<string, number> };
      if (row.scores[evaluator] !== 0) continue;
      row.scores[evaluator] = 1;
      lines[place] = JSON.stringify(row);
      changed = row.index;
    }
    const after = Buffer.from(lines.join('\n'));
    const hex = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
    manifest = manifest
      .replaceAll(hex(before), hex(after))
      .replaceAll(`"bytes":${before.length}`, `"bytes":${after.length}`);
    writeFileSync(path, after);
  }
  writeFileSync(manifestPath, manifest);
  insist(changed !== undefined, 'no row has a score of 0');
  return changed;
}

/** Does a step, and reports what was seen. */
export async function step(what: string, work: () => Promise<string>): Promise<void> {
  const started = performance.now();
  try {
    const seen = await work();
    const took = ((performance.now() - started) / 1000).toFixed(1);
    console.log(`ok      ${what} (${took} s)\n${seen.replace(/^/gm, '          ')}`);
  } catch (error) {
    console.error(`FAILED  ${what}`);
    throw error;
  }
}
