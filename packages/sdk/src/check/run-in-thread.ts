import { Worker } from 'node:worker_threads';

import type { ThreadReport, ThreadTask } from './thread-messages.js';

/** Location of the thread's code: next to this package's own code; tests build it from the sources first. */
function threadEntry(): URL {
  const folder = import.meta.url.endsWith('.ts') ? '../../build/check' : '.';
  return new URL(`${folder}/check-thread.js`, import.meta.url);
}

/**
 * Runs a task in a thread, which is terminated when it is silent for too long.
 *
 * @param stepMs The longest silence.
 * @param onReport Receives each report in turn.
 * @returns Why it was stopped early: a sentence, or undefined if it ran to its end.
 */
export function runInThread(
  task: ThreadTask,
  stepMs: number,
  onReport: (report: ThreadReport) => void,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const worker = new Worker(threadEntry(), { workerData: task, env: {}, execArgv: [] });
    let problem: string | undefined;
    const giveUp = (): void => {
      problem = `it does not end within ${stepMs / 1000} s`;
      void worker.terminate();
    };
    let timer = setTimeout(giveUp, stepMs);
    worker.on('message', (report: ThreadReport) => {
      clearTimeout(timer);
      timer = setTimeout(giveUp, stepMs);
      onReport(report);
    });
    worker.on('error', (error) => {
      problem ??= error instanceof Error ? error.message : String(error);
    });
    worker.on('exit', () => {
      clearTimeout(timer);
      resolve(problem);
    });
  });
}
