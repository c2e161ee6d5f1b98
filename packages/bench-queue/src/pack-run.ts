import { basename } from 'node:path';

import type { Plan } from '@testbench/bench';
import type { CarriedAttachments } from '@testbench/bench/shards';

import { QueueError } from './errors.js';
import { referenceOf } from './folder-share.js';
import { MAX_ATTACHED_PATHS, MAX_DOCUMENT_BYTES } from './limits.js';
import type { FileReference } from './message.js';
import { packAttachments } from './pack-attachments.js';
import { isDescribedOnly, pluginUses } from './plugin-uses.js';
import type { DocumentData, RunDocument } from './run-document.js';
import type { Share } from './share.js';

/** A plugin that a configuration names. */
export interface NamedPlugin {
  readonly plugin: string;
  readonly config?: Readonly<Record<string, unknown>>;
}

/** What goes into a document. */
export interface PackOptions {
  readonly plan: Plan;
  /** Files of the data set, in order. */
  readonly files: readonly string[];
  /** Undefined if records have none. */
  readonly attachments: CarriedAttachments | undefined;
  /** Returns the path of the module that is used at a place of the configuration, such as `providers[0]`. */
  readonly moduleOf: (use: NamedPlugin, place: string) => Promise<string>;
  /** Where workers fetch the data from; if set, the data is not put into the share. */
  readonly sources: readonly string[];
}

/**
 * Puts everything that workers need for a run into the share.
 *
 * @returns The document's file.
 * @throws {QueueError} `QUEUE_UNSUPPORTED`: the data comes from standard input, records name evaluators or too many attachments, or a provider
 *   replays another run.
 */
export async function packRun(
  share: Share,
  { plan, files, attachments, moduleOf, sources }: PackOptions,
): Promise<FileReference> {
  checkPortable(plan, files);
  const data: DocumentData[] = [];
  for (const file of files) {
    const reference = sources.length === 0 ? await share.putFile(file) : await referenceOf(file);
    data.push({ ...reference, name: basename(file) });
  }
  const modules = new ModulePacker(share, moduleOf);
  const config = await portableConfig(plan, modules);
  const { plugins } = modules;
  const document: RunDocument = {
    v: 1,
    plan: plan.digest,
    config,
    plugins,
    data,
    ...(attachments && { attachments: await packAttachments(share, attachments) }),
    sources,
  };
  const bytes = Buffer.from(JSON.stringify(document));
  if (bytes.length > MAX_DOCUMENT_BYTES) {
    throw unsupported(plan, `its configuration has more than ${MAX_DOCUMENT_BYTES} bytes`);
  }
  return await share.putBytes(bytes);
}

function unsupported({ run }: Plan, state: string): QueueError {
  return new QueueError(
    'QUEUE_UNSUPPORTED',
    `Cannot hand out run ${JSON.stringify(run)}: ${state}`,
  );
}

function checkPortable(plan: Plan, files: readonly string[]): void {
  const { config, content } = plan;
  if (files.includes('-')) throw unsupported(plan, 'its records come from the standard input');
  if (config.providers.some(({ from }) => from !== undefined)) {
    throw unsupported(plan, 'a provider replays another run, which workers do not have');
  }
  if (config.dataset.fields.evaluators !== undefined) {
    throw unsupported(plan, 'its records name evaluators of their own, which workers cannot know');
  }
  const paths = content.dataset.attachments?.paths ?? 0;
  if (paths > MAX_ATTACHED_PATHS) {
    const state = `its records name ${paths} attachments by a path, limit is ${MAX_ATTACHED_PATHS}`;
    throw unsupported(plan, state);
  }
}

/** The configuration with plugins by digest, without what belongs to this machine: folders, policy, reports. */
async function portableConfig(
  { config, content }: Plan,
  modules: ModulePacker,
): Promise<Readonly<Record<string, unknown>>> {
  const {
    outputDir: _o,
    cacheDir: _c,
    policy: _p,
    pluginsDir: _d,
    reporters: _r,
    isolation: _i,
    toolCheck,
    ...rest
  } = config;
  const { attachmentsDir: _a, ...dataset } = config.dataset;
  const portable: Record<string, unknown> = {
    ...structuredClone({ ...rest, dataset: undefined }),
    // Texts of prompts that stand in files.
    prompts: content.prompts,
    dataset: { ...dataset, path: 'data' },
  };
  for (const found of pluginUses(portable)) {
    if (isDescribedOnly(found)) continue;
    const { use, place } = found;
    use['plugin'] = await modules.add(use as unknown as NamedPlugin, place);
  }
  if (content.toolCheck !== undefined) {
    const plugin = toolCheck ?? content.toolCheck.name;
    portable['toolCheck'] = await modules.add({ plugin }, 'toolCheck');
  }
  return portable;
}

/** Puts modules into the share, each once. */
class ModulePacker {
  readonly #share: Share;
  readonly #moduleOf: PackOptions['moduleOf'];
  readonly #byDigest = new Map<string, { readonly bytes: number; readonly places: string[] }>();

  constructor(share: Share, moduleOf: PackOptions['moduleOf']) {
    this.#share = share;
    this.#moduleOf = moduleOf;
  }

  get plugins(): RunDocument['plugins'] {
    return [...this.#byDigest].map(([digest, { bytes, places }]) => ({ digest, bytes, places }));
  }

  /** @returns The module's digest. */
  async add(use: NamedPlugin, place: string): Promise<string> {
    const { digest, bytes } = await this.#share.putFile(await this.#moduleOf(use, place));
    const known = this.#byDigest.get(digest) ?? { bytes, places: [] };
    known.places.push(place);
    this.#byDigest.set(digest, known);
    return digest;
  }
}
