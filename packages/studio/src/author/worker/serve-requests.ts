import { BuildError, type CompiledSources } from '@testbench/sdk/compile';

import { compilePlugin, warmUp } from './compile-plugin.js';
import type { RunRequest, WorkerReply } from './messages.js';
import { describeFailure, LoadedPlugin } from './run-plugin.js';

const reply = (message: WorkerReply): void => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has none
  globalThis.postMessage(message);
};

/** The last plugin: the same source is often run again on other data. */
let last: { readonly key: string; readonly compiled: CompiledSources } | undefined;

/** Compiles and runs the page's requests, one after another. The page terminates the worker if one takes too long. */
export async function serveRequests(): Promise<void> {
  let queue = Promise.resolve();
  globalThis.addEventListener('message', ({ data }: MessageEvent<RunRequest>) => {
    queue = queue.then(() => perform(data)).catch((error: unknown) => tellFailure(data.id, error));
  });
  await warmUp();
  reply({ kind: 'ready' });
}

async function perform(request: RunRequest): Promise<void> {
  const { id, files, isRelease, data } = request;
  const key = JSON.stringify([files, isRelease]);
  const beginMs = performance.now();
  if (last?.key !== key) {
    last = { key, compiled: await compilePlugin(files, isRelease) };
  }
  const compileMs = performance.now() - beginMs;
  const { bytes, warnings } = last.compiled;
  const plugin = await LoadedPlugin.load(bytes, request);
  try {
    const { name, version, pluginType } = plugin.metadata;
    // A copy, because a message would carry the whole buffer of a view.
    const module = new Uint8Array(bytes);
    reply({ kind: 'compiled', id, module, pluginType, name, version, warnings, compileMs });
    const runBeginMs = performance.now();
    await plugin.run(data, (rows) => reply({ kind: 'rows', id, rows }));
    reply({ kind: 'done', id, runMs: performance.now() - runBeginMs });
  } finally {
    await plugin.close();
  }
}

function tellFailure(id: number, error: unknown): void {
  const diagnostics = error instanceof BuildError ? error.diagnostics : [];
  reply({ kind: 'failed', id, ...describeFailure(error), diagnostics });
}
