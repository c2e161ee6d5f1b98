import process from 'node:process';

import { ExitCode } from './exit-code.js';
import { main } from './main.js';

/**
 * Runs the command line of this process, and sets its exit code.
 *
 * The first Ctrl-C (or SIGTERM) cancels, so that nothing half-written stays; the second one ends the
 * process at once.
 */
export async function runProcess(): Promise<void> {
  const controller = new AbortController();
  const cancel = (): void => controller.abort();
  process.once('SIGINT', cancel).once('SIGTERM', cancel);
  // Whoever reads our output may stop early, as `head` does; that is no failure of ours.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    process.exit(error.code === 'EPIPE' ? ExitCode.ok : ExitCode.failure);
  });
  process.exitCode = await main(process.argv.slice(2), {
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    cwd: process.cwd(),
    signal: controller.signal,
  });
  process.off('SIGINT', cancel).off('SIGTERM', cancel);
}
