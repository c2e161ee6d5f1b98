import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire, syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Worker as ThreadWorker, WorkerOptions } from 'node:worker_threads';

/**
 * While `action` runs, every child process of a manager is one that a guest has taken over: instead of Node, a script
 * is started that talks like a child, and sends a forgery.
 */
export async function withForgingChild<T>(forgery: string, action: () => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'attack-'));
  const { execPath } = process;
  const impostor = join(folder, 'node');
  const script = fileURLToPath(new URL('forging-child.ts', import.meta.url));
  writeFileSync(impostor, `#!/bin/sh\nexec "${execPath}" --no-warnings "${script}" "${forgery}"\n`);
  chmodSync(impostor, 0o700);
  process.execPath = impostor;
  try {
    return await action();
  } finally {
    process.execPath = execPath;
    rmSync(folder, { recursive: true });
  }
}

/** The same for worker threads. */
export async function withForgingThread<T>(forgery: string, action: () => Promise<T>): Promise<T> {
  const threads = createRequire(import.meta.url)('node:worker_threads') as {
    Worker: typeof ThreadWorker;
  };
  const { Worker } = threads;
  threads.Worker = class extends Worker {
    constructor(_file: string | URL, options?: WorkerOptions) {
      super(new URL('forging-thread.ts', import.meta.url), {
        ...options,
        execArgv: ['--no-warnings'],
        workerData: { ...(options?.workerData as object), forgery },
      });
    }
  };
  syncBuiltinESMExports();
  try {
    return await action();
  } finally {
    threads.Worker = Worker;
    syncBuiltinESMExports();
  }
}
