import { basename, dirname, join } from 'node:path';

import type { OutputInput } from '@testbench/core/files';
import { RUN_DOCUMENTS } from '@testbench/types/stores';

import { isObject } from '../is-object.js';
import type { StoredRun } from './read-run.js';
import { createFolderRuns } from './store/folder-runs.js';
import { documentName, MANIFEST_FILE, SEGMENTS_FOLDER } from './store/run-reader.js';
import { segmentName } from './store/segment-file.js';

/**
 * The files that no output made from a run may overwrite: the run's own, and those that it read (configuration, data set, plugins, prompts, policy).
 *
 * @param run Its `inputs.json` may be missing or damaged: then only its own files are listed.
 */
export async function protectedFiles(run: StoredRun): Promise<readonly OutputInput[]> {
  const { path, segments } = run;
  const own = [
    MANIFEST_FILE,
    ...RUN_DOCUMENTS.map(documentName),
    ...segments.map((segment) => join(SEGMENTS_FOLDER, segmentName(segment))),
  ];
  return [
    ...own.map((name) => ({ path: join(path, name), what: `a file of the run "${run.run}"` })),
    ...(await readInputs(path)),
  ];
}

async function readInputs(path: string): Promise<OutputInput[]> {
  try {
    const reader = await createFolderRuns(dirname(path)).read(basename(path));
    const inputs: unknown = JSON.parse((await reader?.document('inputs')) ?? '[]');
    return Array.isArray(inputs) ? inputs.filter(isInput) : [];
  } catch {
    // A run received from someone else may contain anything; the files it names are protected, and nothing else depends on it.
    return [];
  }
}

function isInput(value: unknown): value is OutputInput {
  if (!isObject(value)) return false;
  const { path, what } = value;
  return [path, what].every(
    (text) => typeof text === 'string' && text !== '' && !text.includes('\0'),
  );
}
