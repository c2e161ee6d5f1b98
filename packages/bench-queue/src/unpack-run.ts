import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import type { BenchmarkConfig } from '@testbench/bench';
import type { ArrivedAttachments } from '@testbench/bench/shards';

import { QueueError } from './errors.js';
import { hexOf } from './folder-share.js';
import type { FetchFile } from './fetch-file.js';
import { unpackAttachments } from './unpack-attachments.js';
import { isDescribedOnly, pluginUses } from './plugin-uses.js';
import { readRunDocument, type RunDocument } from './run-document.js';

/** A run on this machine. */
export interface UnpackedRun {
  readonly config: BenchmarkConfig;
  /** Undefined if records have none. */
  readonly attachments: ArrivedAttachments | undefined;
}

/**
 * Fetches the files of a run to this machine, and makes its configuration. Attachments are fetched when their records are run.
 *
 * @param folder Folder of this run on this machine.
 * @throws {QueueError} `QUEUE_MESSAGE_INVALID`: the configuration names a file that is none of the run's.
 * @throws The errors of `fetchFile`.
 */
export async function unpackRun(
  document: RunDocument,
  folder: string,
  fetchFile: FetchFile,
): Promise<UnpackedRun> {
  const config = structuredClone(document.config) as Record<string, unknown>;
  checkConfig(config);
  const modules = new Map<string, string>();
  for (const { digest, bytes } of document.plugins) {
    const path = join(folder, 'plugins', `${hexOf(digest)}.wasm`);
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await fetchFile({ digest, bytes }, path, 'plugin');
    modules.set(digest, path);
  }
  namePlugins(config, modules, folder);
  const paths: string[] = [];
  for (const [index, { digest, bytes, name }] of document.data.entries()) {
    const path = join(folder, 'data', String(index), name);
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await fetchFile({ digest, bytes }, path, 'data');
    paths.push(path);
  }
  const dataset = { ...Object(config['dataset']), path: paths.length === 1 ? paths[0] : paths };
  const { attachments } = document;
  return {
    config: { ...config, dataset } as unknown as BenchmarkConfig,
    attachments: attachments && (await unpackAttachments(attachments, folder, paths, fetchFile)),
  };
}

/** Replaces the digests of plugins by the paths of their modules. @param modules Paths by digest. */
function namePlugins(
  config: Record<string, unknown>,
  modules: ReadonlyMap<string, string>,
  folder: string,
): void {
  for (const found of pluginUses(config)) {
    const { use, among } = found;
    const path = modules.get(String(use['plugin']));
    // Otherwise a path, a name or a script of the worker's own machine would be used.
    const isForeign = path === undefined && !isDescribedOnly(found);
    if (isForeign || FOREIGN.some((key) => Object.hasOwn(use, key))) {
      throw foreign(`${among} name a plugin that is none of its files`);
    }
    if (path !== undefined) use['plugin'] = path;
  }
  if (config['tools'] === undefined) return;
  const check = config['toolCheck'];
  const path = modules.get(String(check));
  if (check !== undefined && path === undefined) {
    throw foreign('toolCheck names a plugin that is none of its files');
  }
  // Without the path of no file, the worker would load a plugin of its own by name, which the run may not make it do.
  config['toolCheck'] = path ?? join(folder, 'plugins', 'none.wasm');
}

/** The keys of a configuration that `packRun` keeps. Shorthands such as `provider` would name plugins that bypass the check. */
const KEYS = new Set([
  'name',
  'description',
  'dataset',
  'prompts',
  'providers',
  'transforms',
  'evaluators',
  'filters',
  'tools',
  'toolChoice',
  'maxSteps',
  'toolCheck',
  'conversation',
  'epochs',
  'seed',
  'limits',
  'concurrency',
  'failFast',
  'budgets',
  'cache',
  'onError',
  'maxErrors',
]);
const PROMPT_KEYS = new Set(['name', 'template', 'messages', 'parameters']);
/** Keys of a plugin use that name a different source for it. */
const FOREIGN = ['from', 'script', 'inline', 'language'];

/** Nothing in a document may name a file of the worker's machine: its content would end up in rows and be sent to models. */
function checkConfig(config: Readonly<Record<string, unknown>>): void {
  const strange = Object.keys(config).find((key) => !KEYS.has(key));
  if (strange !== undefined) throw foreign(`it has the key ${JSON.stringify(strange)}`);
  const dataset = Object(config['dataset']) as Readonly<Record<string, unknown>>;
  // A folder of the worker's own machine, out of which records could name files.
  if (Object.hasOwn(dataset, 'attachmentsDir')) throw foreign('its data set names a folder');
  // Records could name modules of the worker's own machine.
  if (Object.hasOwn(Object(dataset['fields']) as object, 'evaluators')) {
    throw foreign('its records name evaluators');
  }
  const prompts = config['prompts'] ?? [];
  if (!Array.isArray(prompts)) throw foreign('its prompts are no list');
  for (const prompt of prompts as readonly unknown[]) {
    if (typeof prompt === 'string') continue;
    const key = Object.keys(Object(prompt) as object).find((name) => !PROMPT_KEYS.has(name));
    if (key !== undefined) throw foreign(`a prompt has the key ${JSON.stringify(key)}`);
  }
}

function foreign(state: string): QueueError {
  return new QueueError('QUEUE_MESSAGE_INVALID', `Cannot read the document of a run: ${state}`);
}

/** Reads a document that was fetched. */
export async function readDocumentFile(path: string): Promise<RunDocument> {
  return readRunDocument(await readFile(path, 'utf8'));
}
