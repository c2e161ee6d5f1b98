import { readdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';

import { type GoldenFailure, runGolden, type TestHost } from '@testbench/sdk';
import { PluginError } from '@testbench/types/errors';

import { MAX_DIFFERENCES } from '../limits.js';

/** `golden.jsonl`, `unicode.golden.jsonl`, `golden-edge-cases.jsonl`. */
const GOLDEN = /^(?:golden(?:[-.].*)?|.*\.golden)\.jsonl$/;

/** True for a file with tests of a project. */
export function isGoldenFile(path: string): boolean {
  return GOLDEN.test(basename(path));
}

/** A plugin's result on one golden file. */
export interface GoldenFileOutcome {
  /** Absolute path. */
  readonly path: string;
  /** Number of inputs that were run. */
  readonly inputs: number;
  /** At most 20. */
  readonly failures: readonly GoldenFailure[];
  /** Why the file could not be used. */
  readonly problem?: string;
}

/** Files of expected outputs: the named ones, or else all in the folder. */
export function findGoldenFiles(folder: string, named: readonly string[] | undefined): string[] {
  if (named !== undefined) return named.map((path) => resolve(path));
  try {
    return readdirSync(folder)
      .filter(isGoldenFile)
      .toSorted()
      .map((name) => join(folder, name));
  } catch {
    // The folder is gone; the build reports that.
    return [];
  }
}

/** Runs one file. Problems with the file are part of the report. */
export async function runGoldenFile(
  host: TestHost,
  path: string,
  signal: AbortSignal,
): Promise<GoldenFileOutcome> {
  try {
    const options = { signal, maxFailures: MAX_DIFFERENCES };
    const { cases, failures } = await runGolden(host, path, options);
    return { path, inputs: cases, failures };
  } catch (error) {
    if (!PluginError.is(error) || signal.aborted) throw error;
    return { path, inputs: 0, failures: [], problem: error.message };
  }
}
