import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import type { Attack, Mode, Verdict } from './attack.ts';

/** After this long, an attack has hung its host; those that load under a child's own limit take 13 s at most. */
const PATIENCE_MS = 40_000;

/** Runs attacks of one mode in a separate host; if the host dies or hangs, the attack has succeeded, and another host takes its place. */
export async function supervise(
  mode: Mode,
  attacks: readonly Attack[],
  onVerdict: (verdict: Verdict) => void,
): Promise<void> {
  let host = await startHost(mode);
  for (const attack of attacks) {
    const started = performance.now();
    const answer = await ask(host, attack);
    if (typeof answer !== 'string') {
      onVerdict(answer);
      continue;
    }
    const { row, name } = attack;
    const durationMs = performance.now() - started;
    onVerdict({ row, name, mode, outcome: 'NOT CONTAINED', by: answer, durationMs, stallMs: 0 });
    host.kill('SIGKILL');
    host = await startHost(mode);
  }
  host.kill('SIGKILL');
}

async function startHost(mode: Mode): Promise<ChildProcess> {
  const script = fileURLToPath(new URL('host-process.ts', import.meta.url));
  const host = fork(script, [mode], { execArgv: ['--no-warnings'] });
  await new Promise((resolve, reject) => {
    host.once('message', resolve);
    host.once('exit', (code) =>
      reject(new Error(`The host ended with code ${code} as it started`)),
    );
  });
  return host;
}

/** The host's verdict, or the host's own fate. */
async function ask(host: ChildProcess, { row, name }: Attack): Promise<Verdict | string> {
  return await new Promise((resolve) => {
    const settle = (answer: Verdict | string): void => {
      clearTimeout(timer);
      host.off('message', settle as (message: unknown) => void);
      host.off('exit', onExit);
      resolve(answer);
    };
    const onExit = (code: number | null, signal: string | null): void =>
      settle(`the host died with ${signal ?? `code ${code}`}`);
    const timer = setTimeout(() => settle('the host hung'), PATIENCE_MS);
    host.on('message', settle as (message: unknown) => void);
    host.on('exit', onExit);
    host.send({ row, name });
  });
}
