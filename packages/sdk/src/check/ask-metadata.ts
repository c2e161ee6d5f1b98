import type { PluginMetadata } from '@testbench/types';

import { CHECK_STEP_MS } from '../limits.js';
import type { PluginProblem } from '../validate-plugin.js';
import { compareMetadata } from './compare-metadata.js';
import { isSpoken } from './plain-guest.js';
import { runInThread } from './run-in-thread.js';

/** The answer of `plugin_metadata` of a module, or why there is no answer. */
export type MetadataAnswer =
  | { readonly bytes: Uint8Array; readonly problem: undefined }
  | { readonly bytes: undefined; readonly problem: string };

/** Asks a module for its metadata, on the bare engine, in a separate thread. */
export async function askMetadata(bytes: Uint8Array, contract: string): Promise<MetadataAnswer> {
  if (!isSpoken(contract)) {
    const problem = `a plugin of protocol "${contract}" cannot be asked here; embed its metadata when it is built`;
    return { bytes: undefined, problem };
  }
  let answer: MetadataAnswer = { bytes: undefined, problem: 'it gives no answer' };
  const stopped = await runInThread(
    { kind: 'ask-metadata', bytes, contract },
    CHECK_STEP_MS,
    (report) => {
      if (report.kind !== 'metadata') return;
      answer =
        report.bytes === undefined
          ? { bytes: undefined, problem: report.finding.detail }
          : { bytes: report.bytes, problem: undefined };
    },
  );
  return stopped === undefined ? answer : { bytes: undefined, problem: stopped };
}

/** Asks a module for its metadata and compares the answer with its section; empty if they agree. */
export async function checkAnsweredMetadata(
  bytes: Uint8Array,
  contract: string,
  section: PluginMetadata,
): Promise<PluginProblem[]> {
  if (!isSpoken(contract)) return [];
  const answer = await askMetadata(bytes, contract);
  const message =
    answer.bytes === undefined ? answer.problem : compareMetadata(answer.bytes, section);
  return message === undefined ? [] : [{ part: 'metadata', message }];
}
