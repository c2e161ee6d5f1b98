// Runs in a separate thread, which is terminated if the compiler does not finish.
import { parentPort, workerData } from 'node:worker_threads';

import { digestOf } from '@testbench/core/files';
import { buildPlugin } from '@testbench/sdk';
import { PluginError } from '@testbench/types/errors';

import type { ThreadAnswer } from './build-project.js';

async function build(directory: string): Promise<ThreadAnswer> {
  try {
    const { bytes } = await buildPlugin({ directory });
    return { digest: digestOf(bytes), bytes: bytes.length };
  } catch (error) {
    if (!PluginError.is(error)) throw error;
    return { code: error.code, message: error.message };
  }
}

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
parentPort!.postMessage(await build(workerData as string));
