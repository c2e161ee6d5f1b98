import { opendir } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { ImportError } from './errors.js';
import { findHelm, HELM_STATE, helmRun, helmState } from './helm/find-helm.js';
import { type HelmFiles, readHelm } from './helm/read-helm.js';
import { EvalLog } from './inspect/eval-log.js';
import { JsonLog } from './inspect/json-log.js';
import { readLog } from './inspect/read-log.js';
import type { JsonPlace } from './json/json-place.js';
import { digestFiles, firstCharacter, guard, readBytes, readText } from './json/read-file.js';
import { MAX_FILES } from './limits.js';
import { parseJson } from './json/parse-json.js';
import { findSamples, findTasks, samplesOf, tellMissing } from './lm-eval/find-tasks.js';
import { readTask } from './lm-eval/read-task.js';
import type { FoundRun } from './read-run.js';
import { ZipArchive } from './zip/zip-archive.js';

/** Folders below the given one that are searched: tools sort their files by model, suite and task. */
const MAX_LEVELS = 6;

/** Something that a path leads to: how to read it. Archives stay open until `close`. */
export interface FoundSource {
  readonly file: string;
  /** @throws {ImportError} */
  open(): Promise<FoundRun>;
  close?(): Promise<void>;
}

/**
 * Finds what a file, or the files of a folder, are.
 *
 * @throws {ImportError} `IMPORT_UNREADABLE`, `IMPORT_UNKNOWN_FORMAT`, `IMPORT_TOO_LARGE`; `IMPORT_INVALID` if a single file is damaged.
 */
export async function findRuns(path: string, isFolder: boolean): Promise<FoundSource[]> {
  if (!isFolder) return await findInFile(path);
  const found: FoundSource[] = [];
  for (const files of (await listFolders(path)).values())
    found.push(...(await findInFolder(files)));
  if (found.length > 0) return found;
  throw unknownFormat(path, 'the folder has no file in it that is');
}

async function findInFolder(files: readonly string[]): Promise<FoundSource[]> {
  const left = new Set(files);
  const found: FoundSource[] = [];
  for (const state of files.filter((file) => file.endsWith(HELM_STATE))) {
    const helm = findHelm(state, left);
    found.push(helm instanceof ImportError ? damagedSource(helm) : helmSource(helm));
    for (const file of helmRun(state)) left.delete(file);
  }
  for (const file of [...left].filter((each) => each.endsWith('.eval'))) {
    found.push(...(await findInFile(file)));
    left.delete(file);
  }
  const results: JsonPlace[] = [];
  for (const file of [...left].filter((each) => each.endsWith('.json'))) {
    const document = await readHeader(file).catch(keepInvalid);
    if (document instanceof ImportError) {
      if (await looksKnown(file)) found.push(damagedSource(document));
    } else if (isInspect(document)) found.push(logSource(file));
    else if (isResults(document)) results.push(document);
  }
  const tasks = findTasks(findSamples([...left], results), results);
  found.push(...tellMissing(tasks).map(taskSource));
  // Results without samples are said to have none.
  if (found.length === 0) found.push(...results.map(totalsSource));
  return found;
}

async function findInFile(file: string): Promise<FoundSource[]> {
  const first = await firstCharacter(file);
  if (first === 'P') {
    const archive = await ZipArchive.open(file);
    return [
      {
        file,
        open: async () => await readLog(new EvalLog(archive), await digestFiles([file])),
        close: async () => await archive[Symbol.asyncDispose](),
      },
    ];
  }
  const siblings = await filesOf(dirname(file));
  const state = helmState(file);
  if (state !== undefined) {
    const helm = findHelm(state, new Set(siblings));
    if (!(helm instanceof ImportError)) return [helmSource(helm)];
  }
  if (samplesOf(file) !== undefined || file.endsWith('.jsonl')) {
    const results = await readResults(siblings);
    return findTasks([file], results).map(taskSource);
  }
  if (first !== '{') throw unknownFormat(file, 'it is not');
  const document = await readHeader(file);
  if (isInspect(document)) return [logSource(file)];
  if (!isResults(document)) throw unknownFormat(file, 'it is not');
  const tasks = tellMissing(
    findTasks(findSamples(siblings, [document]), [document]).filter(
      ({ results }) => results !== undefined,
    ),
  );
  return tasks.length === 0 ? [totalsSource(document)] : tasks.map(taskSource);
}

function logSource(file: string): FoundSource {
  return { file, open: async () => await readLog(new JsonLog(file), await digestFiles([file])) };
}

function taskSource(task: ReturnType<typeof findTasks>[number]): FoundSource {
  return {
    file: task.samplesFile,
    open: async () => readTask(task, await digestFiles([task.samplesFile])),
  };
}

/** Results of lm-evaluation-harness without any samples. */
function totalsSource(results: JsonPlace): FoundSource {
  const { file } = results;
  return {
    file,
    open: async () => {
      const state = `it has only totals (${Object.keys(results.at('results').value as object).join(', ')}), and there are no samples_….jsonl next to it; write them as well (--log_samples)`;
      throw new ImportError('IMPORT_NO_SAMPLES', state, { file });
    },
  };
}

function helmSource(files: HelmFiles): FoundSource {
  return {
    file: files.state,
    open: async () => await readHelm(files, await digestFiles([files.state, files.instanceStats])),
  };
}

/** A file that is told, and not imported. */
function damagedSource(error: ImportError): FoundSource {
  return {
    file: error.file,
    open: () => {
      throw error;
    },
  };
}

/** True for a file that is meant for one of the formats, even if it is damaged: other files of a folder may be anything. */
async function looksKnown(file: string): Promise<boolean> {
  for await (const chunk of readBytes(file)) {
    return /"(?:eval|results|request_states)"\s*:/.test(Buffer.from(chunk).toString());
  }
  return false;
}

/** A log without its samples, or any other document. */
async function readHeader(file: string): Promise<JsonPlace> {
  return await new JsonLog(file).header();
}

async function readResults(files: readonly string[]): Promise<JsonPlace[]> {
  const found: JsonPlace[] = [];
  for (const file of files.filter((each) => each.endsWith('.json'))) {
    const document = await readText(file)
      .then((text) => parseJson(text, file))
      .catch(ignoreInvalid);
    if (document !== undefined && isResults(document)) found.push(document);
  }
  return found;
}

function isInspect(document: JsonPlace): boolean {
  return document.at('eval').isObject && document.at('eval').at('task').value !== undefined;
}

function isResults(document: JsonPlace): boolean {
  const known = ['configs', 'versions', 'config'];
  return document.at('results').isObject && known.some((key) => document.at(key).isObject);
}

function keepInvalid(error: unknown): ImportError {
  if (error instanceof ImportError) return error;
  throw error;
}

/** Other files of a folder may be anything. */
function ignoreInvalid(error: unknown): undefined {
  if (!(error instanceof ImportError)) throw error;
  return undefined;
}

/** The regular files of a folder and of those below it, by folder. Links are not followed. */
async function listFolders(root: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const folders = new Map<string, string[]>();
  let count = 0;
  const walk = async (folder: string, level: number): Promise<void> => {
    const files: string[] = [];
    const below: string[] = [];
    for await (const entry of await guard(folder, () => opendir(folder))) {
      count += 1;
      if (count > MAX_FILES) {
        const state = `it has more than ${MAX_FILES} files; name the folder of one run`;
        throw new ImportError('IMPORT_TOO_LARGE', state, { file: root });
      }
      if (entry.isFile()) files.push(join(folder, entry.name));
      else if (entry.isDirectory() && !entry.name.startsWith('.')) below.push(entry.name);
    }
    folders.set(folder, files.toSorted());
    if (level === MAX_LEVELS) return;
    for (const name of below.toSorted()) await walk(join(folder, name), level + 1);
  };
  await walk(root, 1);
  return folders;
}

async function filesOf(folder: string): Promise<string[]> {
  const files: string[] = [];
  for await (const entry of await guard(folder, () => opendir(folder))) {
    if (entry.isFile()) files.push(join(folder, entry.name));
    if (files.length === MAX_FILES) break;
  }
  return files.toSorted();
}

function unknownFormat(file: string, is: string): ImportError {
  return new ImportError(
    'IMPORT_UNKNOWN_FORMAT',
    `${is} a log of inspect_ai (.eval, .json), results or samples of lm-evaluation-harness (results.json, samples_….jsonl), or a run of HELM (scenario_state.json with per_instance_stats.json)`,
    { file },
  );
}
