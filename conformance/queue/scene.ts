import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** Root of the repository. */
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const BIN = join(ROOT, 'packages/cli/bin/testbench.js');

export function plugin(name: string): string {
  return join(ROOT, 'example-plugins', name, 'build', `${name}.wasm`);
}

/** A process that is started again after it was killed. */
export class Actor {
  readonly #begin: () => ChildProcess;
  #child: ChildProcess;
  #ended: Promise<{ readonly code: number | null; readonly text: string }>;

  constructor(begin: () => ChildProcess) {
    this.#begin = begin;
    this.#child = begin();
    this.#ended = endOf(this.#child);
  }

  get ended(): Promise<{ readonly code: number | null; readonly text: string }> {
    return this.#ended;
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  async kill(signal: NodeJS.Signals): Promise<void> {
    if (!this.isRunning) return;
    this.#child.kill(signal);
    await this.#ended;
  }

  begin(): void {
    this.#child = this.#begin();
    this.#ended = endOf(this.#child);
  }
}

async function endOf(
  child: ChildProcess,
): Promise<{ readonly code: number | null; readonly text: string }> {
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (part: string) => {
      text = (text + part).slice(-20_000);
    });
  }
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, text };
}

/** One of our commands as a process. */
export function command(
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv = {},
): ChildProcess {
  return spawn(process.execPath, [BIN, ...args], {
    cwd,
    env: { ...process.env, NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Debian's Redis with a log that outlives a kill. */
export function redis(port: number, folder: string, more: readonly string[] = []): Actor {
  const args = ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', folder];
  const kept = ['--appendonly', 'yes', '--save', '', '--maxmemory-policy', 'noeviction'];
  return new Actor(() => spawn('redis-server', [...args, ...kept, ...more], { stdio: 'ignore' }));
}

/** Keeps all processors busy until it is disposed of: what must happen within a time has to on a busy machine, too. */
export function busyProcesses(): Disposable & { readonly count: number } {
  // It ends by itself if this process does not come to that.
  const script = 'const end = Date.now() + 300_000; while (Date.now() < end);';
  const children = Array.from({ length: availableParallelism() }, () =>
    spawn(process.execPath, ['--eval', script], { stdio: 'ignore' }),
  );
  return {
    count: children.length,
    [Symbol.dispose]() {
      for (const child of children) child.kill('SIGKILL');
    },
  };
}

/** Waits until a condition holds. */
export async function until(
  holds: () => boolean | Promise<boolean>,
  what: string,
  withinMs: number,
): Promise<void> {
  const end = Date.now() + withinMs;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`${what}: not within ${withinMs} ms`);
    await setTimeout(50);
  }
}

/** The place where the processes meet. */
export interface Scene {
  readonly folder: string;
  readonly url: string;
  readonly redis: Actor;
}

/** A folder with a benchmark and its data. */
export async function writeBenchmark(
  folder: string,
  records: number,
  config: object,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const lines = Array.from({ length: records }, (_, n) =>
    JSON.stringify({
      input: `Say ${n}`,
      expected: `Say ${n % 3 === 0 ? n : 1}`,
      answers: { a: `Say ${n}` },
    }),
  );
  await writeFile(join(folder, 'data.jsonl'), `${lines.join('\n')}\n`);
  await writeFile(join(folder, 'bench.json'), JSON.stringify(config));
}
