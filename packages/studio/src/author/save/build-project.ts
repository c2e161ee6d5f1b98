import { Worker } from 'node:worker_threads';

/** Timeout of a build, after which the thread is terminated: a build takes five seconds, on a busy machine twenty. */
const BUILD_TIMEOUT_MS = 120_000;
/** Maximum size of the compiler's heap, in megabytes. */
const MAX_HEAP_MB = 2048;

/** The built module, or why the build failed. */
export type ThreadAnswer =
  | { readonly digest: string; readonly bytes: number }
  | { readonly code: string; readonly message: string };

/** The entry is next to this file, both in the source and in the bundle. */
function threadEntry(): URL {
  const name = import.meta.url.endsWith('.ts') ? 'build-thread.ts' : 'build-thread.js';
  return new URL(name, import.meta.url);
}

/** Builds a project as `testbench build` does, in a thread: the compiler would block the studio, and the source may be untrusted. */
export function buildProject(directory: string, signal: AbortSignal): Promise<ThreadAnswer> {
  return new Promise((resolve) => {
    const worker = new Worker(threadEntry(), {
      workerData: directory,
      env: {},
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
    });
    const finish = (answer: ThreadAnswer): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
      void worker.terminate();
      resolve(answer);
    };
    const stop = (): void => finish({ code: 'BUILD_ENDED', message: 'The build was ended' });
    const timer = setTimeout(stop, BUILD_TIMEOUT_MS);
    signal.addEventListener('abort', stop, { once: true });
    worker.once('message', finish);
    worker.once('error', (error) => {
      const message = error instanceof Error ? error.message : String(error);
      finish({ code: 'BUILD_ENDED', message: `The build failed: ${message}` });
    });
  });
}
