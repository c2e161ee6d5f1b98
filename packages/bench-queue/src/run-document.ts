import { mkdir, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

import type { BenchmarkConfig, Plan } from '@testbench/bench';
import { ConfigNode, readOptions } from '@testbench/types/config';

import { QueueError } from './errors.js';
import { hexOf, referenceOf } from './folder-share.js';
import { MAX_DOCUMENT_BYTES, MAX_FILES, MAX_SOURCES } from './limits.js';
import { type FileReference, readDigest, readFileReference, readMessage } from './message.js';
import type { Share } from './share.js';

/** A module of the run. */
interface DocumentPlugin extends FileReference {
  /** Its places in the configuration, such as `providers[0]`. */
  readonly places: readonly string[];
}

/** A file of the data set. */
interface DocumentData extends FileReference {
  /** Its name without folders; the extension determines the format. */
  readonly name: string;
}

/** What a worker needs to make the same plan: a configuration that names files by digest. */
export interface RunDocument {
  readonly v: 1;
  readonly plan: string;
  /** The resolved configuration, without the folders, policy and reports of the machine that it comes from. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly plugins: readonly DocumentPlugin[];
  readonly data: readonly DocumentData[];
  /** Where data may be fetched from in addition to the share: `<source>/sha256/<hex>`. Workers use only sources that they are granted. */
  readonly sources: readonly string[];
}

const PLACE = /^(?:providers|transforms|evaluators|filters)\[(?:0|[1-9]\d{0,3})\]$/;
const NAME = /^[^/\\\0]{1,200}$/;

/** Reads a document that came out of a share. @throws {QueueError} `QUEUE_MESSAGE_INVALID`. */
export function readRunDocument(text: string): RunDocument {
  return readMessage<RunDocument>(
    'the document of a run',
    text,
    MAX_DOCUMENT_BYTES,
    {
      v: (node) => node.wholeNumber(1, 1) as 1,
      plan: readDigest,
      config: (node) => node.object(),
      plugins: (node) => capped(node, MAX_FILES).map(readPlugin),
      data: (node) => capped(node, MAX_FILES).map(readData),
      sources: (node) => capped(node, MAX_SOURCES).map(readSource),
    },
    ['v', 'plan', 'config', 'plugins', 'data', 'sources'],
  );
}

function capped(node: ConfigNode, most: number): readonly ConfigNode[] {
  const entries = node.list();
  return entries.length > most ? node.reject(`at most ${most} entries`) : entries;
}

function readPlugin(node: ConfigNode): DocumentPlugin {
  const { places, ...file } = node.object();
  return {
    ...readFileReference(new ConfigNode(file, node.path)),
    places: new ConfigNode(places, `${node.path}.places`)
      .list()
      .map((place) =>
        PLACE.test(place.text()) ? place.text() : place.reject('the place of a plugin'),
      ),
  };
}

function readData(node: ConfigNode): DocumentData {
  return readOptions<DocumentData>(
    node.value,
    {
      digest: readDigest,
      bytes: (bytes) => bytes.wholeNumber(0),
      name: (name) => (isName(name.text()) ? name.text() : name.reject('a name without folders')),
    },
    node.path,
    ['digest', 'bytes', 'name'],
  );
}

function isName(name: string): boolean {
  return NAME.test(name) && name !== '.' && name !== '..';
}

/** A source is an http or https address without user name, password and query. */
export function readSource(node: ConfigNode): string {
  const text = node.text();
  if (!URL.canParse(text)) return node.reject('an http or https address');
  const { protocol, username, password, search, hash } = new URL(text);
  const isPlain = username === '' && password === '' && search === '' && hash === '';
  if (!isPlain || !['http:', 'https:'].includes(protocol)) {
    return node.reject('an http or https address without name, password and query');
  }
  return text.replace(/\/+$/, '');
}

/** What goes into a document. */
export interface PackOptions {
  readonly plan: Plan;
  /** Files of the data set, in order. */
  readonly files: readonly string[];
  /** Returns the path of the module at a place of the configuration, such as `providers[0]`. */
  readonly moduleOf: (place: string) => Promise<string>;
  /** Where workers fetch the data from; if set, the data is not put into the share. */
  readonly sources: readonly string[];
}

/**
 * Puts everything that workers need for a run into the share.
 *
 * @returns The document's file.
 * @throws {QueueError} `QUEUE_UNSUPPORTED`: the data comes from standard input, records name attachments by a path, or a provider replays
 *   another run.
 */
export async function packRun(
  share: Share,
  { plan, files, moduleOf, sources }: PackOptions,
): Promise<FileReference> {
  const { config, content } = plan;
  const unsupported = (state: string): QueueError =>
    new QueueError(
      'QUEUE_UNSUPPORTED',
      `Cannot hand out run ${JSON.stringify(plan.run)}: ${state}`,
    );
  if (files.includes('-')) throw unsupported('its records come from the standard input');
  if (config.providers.some(({ from }) => from !== undefined)) {
    throw unsupported('a provider replays another run, which workers do not have');
  }
  if (config.dataset.fields.evaluators !== undefined) {
    throw unsupported('its records name evaluators of their own, which workers cannot know');
  }
  if ((config.tools ?? config.conversation ?? config.dataset.fields.tools) !== undefined) {
    throw unsupported('it has tools or a conversation, which workers do not know yet');
  }
  const paths = content.dataset.attachments?.paths ?? 0;
  if (paths > 0) {
    throw unsupported(
      `its records name ${paths} attachments by a path, and workers have no files but the data set; put them into it as data URLs or bytes, or run with --shard where all processes see the folder`,
    );
  }
  const data: DocumentData[] = [];
  for (const file of files) {
    const reference = sources.length === 0 ? await share.putFile(file) : await referenceOf(file);
    data.push({ ...reference, name: basename(file) });
  }
  const byDigest = new Map<string, { file: FileReference; places: string[] }>();
  const portable: Record<string, unknown> = {};
  for (const list of ['providers', 'transforms', 'evaluators', 'filters'] as const) {
    const uses: object[] = [];
    for (const [index, use] of config[list].entries()) {
      const place = `${list}[${index}]`;
      const file = await share.putFile(await moduleOf(place));
      const known = byDigest.get(file.digest) ?? { file, places: [] };
      known.places.push(place);
      byDigest.set(file.digest, known);
      uses.push({ ...use, plugin: file.digest });
    }
    portable[list] = uses;
  }
  const { attachmentsDir: _a, ...dataset } = config.dataset;
  const {
    outputDir: _o,
    cacheDir: _c,
    policy: _p,
    pluginsDir: _d,
    reporters: _r,
    isolation: _i,
    ...rest
  } = config;
  const document: RunDocument = {
    v: 1,
    plan: plan.digest,
    config: {
      ...rest,
      ...portable,
      // Texts of prompts that stand in files.
      prompts: content.prompts,
      dataset: { ...dataset, path: 'data' },
    },
    plugins: [...byDigest.values()].map(({ file: { digest, bytes: size }, places }) => ({
      digest,
      bytes: size,
      places,
    })),
    data,
    sources,
  };
  const bytes = Buffer.from(JSON.stringify(document));
  if (bytes.length > MAX_DOCUMENT_BYTES) {
    throw unsupported(`its configuration has more than ${MAX_DOCUMENT_BYTES} bytes`);
  }
  return await share.putBytes(bytes);
}

/** Fetches a file of the run to this machine. */
export type FetchFile = (
  file: FileReference,
  target: string,
  what: 'plugin' | 'data',
) => Promise<void>;

/**
 * Fetches all files of a run to this machine, and makes its configuration.
 *
 * @param folder Folder of this run on this machine.
 * @throws The errors of `fetchFile`.
 */
export async function unpackRun(
  document: RunDocument,
  folder: string,
  fetchFile: FetchFile,
): Promise<BenchmarkConfig> {
  const config = structuredClone(document.config) as Record<string, unknown>;
  checkConfig(config);
  const modules = new Map<string, string>();
  for (const { digest, bytes } of document.plugins) {
    const path = join(folder, 'plugins', `${hexOf(digest)}.wasm`);
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await fetchFile({ digest, bytes }, path, 'plugin');
    modules.set(digest, path);
  }
  for (const list of ['providers', 'transforms', 'evaluators', 'filters']) {
    for (const use of Array.isArray(config[list])
      ? (config[list] as Record<string, unknown>[])
      : []) {
      const path = modules.get(String(use['plugin']));
      // Otherwise a path, a name or a script of the worker's own machine would be used.
      if (path === undefined || FOREIGN.some((key) => Object.hasOwn(use, key))) {
        throw foreign(`${list} name a plugin that is none of its files`);
      }
      use['plugin'] = path;
    }
  }
  const paths: string[] = [];
  for (const [index, { digest, bytes, name }] of document.data.entries()) {
    const path = join(folder, 'data', String(index), name);
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await fetchFile({ digest, bytes }, path, 'data');
    paths.push(path);
  }
  const dataset = Object(config['dataset']) as object;
  return {
    ...config,
    dataset: { ...dataset, path: paths.length === 1 ? paths[0] : paths },
  } as unknown as BenchmarkConfig;
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
const PROMPT_KEYS = new Set(['name', 'template', 'messages']);
/** Keys of a plugin use that name a different source for it. */
const FOREIGN = ['from', 'script', 'inline', 'language'];

/** Nothing in a document may name a file of the worker's machine: its content would end up in rows and be sent to models. */
function checkConfig(config: Readonly<Record<string, unknown>>): void {
  const strange = Object.keys(config).find((key) => !KEYS.has(key));
  if (strange !== undefined) throw foreign(`it has the key ${JSON.stringify(strange)}`);
  // A folder of the worker's own machine, out of which records could name files.
  if (Object.hasOwn(Object(config['dataset']) as object, 'attachmentsDir')) {
    throw foreign('its data set names a folder');
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
