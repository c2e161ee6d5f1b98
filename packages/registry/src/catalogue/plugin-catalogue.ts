import { CAPABILITIES, type Capability, PLUGIN_TYPES, type PluginType } from '@testbench/types';
import { ConfigNode, readOptions } from '@testbench/types/config';

import {
  CATALOGUE_BATCH,
  MAX_CATALOGUE_ENTRIES,
  MAX_CATALOGUE_LINE_BYTES,
  MIN_STALE_LINES,
} from './limits.js';
import { CatalogueError } from './catalogue-error.js';
import { type CatalogueEntry, type CatalogueKey, checkEntry } from './catalogue-entry.js';
import { CatalogueEmitter } from './catalogue-events.js';
import { CatalogueFile } from './catalogue-file.js';
import { type CatalogueChange, encodeLine } from './catalogue-line.js';
import type { CatalogueQuery } from './catalogue-query.js';
import { readQuery } from './read-query.js';
import { CatalogueTable } from './catalogue-table.js';

/** Many entries, possibly from a source that is still being read. */
export type CatalogueEntries = Iterable<CatalogueEntry> | AsyncIterable<CatalogueEntry>;

/** Options for opening a {@link PluginCatalogue}. */
export interface CatalogueOptions {
  /** Folder that keeps it across processes; created if missing. Only this user may be able to write to it. @default in memory */
  readonly folder?: string;
  /** Returns the entries it should have, from the stores, when its file was damaged. @default only the undamaged part of the file is used */
  readonly rebuild?: () => CatalogueEntries;
  /** Emits events from the start. @default its own emitter */
  readonly events?: CatalogueEmitter;
  /** Aborts opening, and waiting for other processes. */
  readonly signal?: AbortSignal;
}

/**
 * Plugins that can be installed, found by their metadata. No plugin is run.
 *
 * Several processes may open and write to the same folder at once. A killed process loses only what it was about to write.
 *
 * @example
 * ```ts
 * import { PluginCatalogue } from '@testbench/registry/catalogue';
 * import { parseMetadata } from '@testbench/types';
 *
 * const wire = { name: 'f1', version: '1.2.0', plugin_type: 'evaluator', api_version: '1.0.0' };
 * const catalogue = await PluginCatalogue.open();
 * await catalogue.register({
 *   registry: 'local',
 *   digest: `sha256:${'0'.repeat(64)}`,
 *   metadata: parseMetadata({ ...wire, description: 'Token overlap of two texts' }),
 * });
 * catalogue.search({ text: 'token over', type: 'evaluator' })[0]?.metadata.name; // => 'f1'
 * catalogue.search({ range: '^2.0.0' }).length; // => 0
 * ```
 */
export class PluginCatalogue {
  /** Emits events. */
  readonly events: CatalogueEmitter;
  /** Repairs made on opening: sentences for people. */
  readonly repairs: string[] = [];
  readonly #table = new CatalogueTable();
  readonly #file: CatalogueFile | undefined;
  readonly #signal: AbortSignal | undefined;
  /** Number of lines in the file. */
  #lines = 0;
  /** Queue of this process's writers, which run one after another. */
  #turn: Promise<unknown> = Promise.resolve();

  private constructor({ folder, events, signal }: CatalogueOptions) {
    this.events = events ?? new CatalogueEmitter();
    this.#signal = signal;
    this.#file = folder === undefined ? undefined : new CatalogueFile(folder);
  }

  /**
   * Opens a catalogue. A damaged file is reported in `repairs` and by the event `catalogue-repaired`, set aside as
   * `catalogue.jsonl.damaged`, and rebuilt from the undamaged lines and from `rebuild`.
   *
   * @throws {CatalogueError} `CATALOGUE_UNUSABLE` for the folder; `CATALOGUE_IN_USE` if it must be repaired while another process is writing.
   * @throws {ConfigError} For an unknown key or a wrong value among the options.
   */
  static async open(given?: CatalogueOptions): Promise<PluginCatalogue> {
    const options = readOptions<CatalogueOptions>(given, {
      folder: (node) => node.text(),
      rebuild: (node) => node.callback(),
      events: (node) => node.implementation<CatalogueEmitter>('emit', 'notify'),
      signal: (node) => node.signal(),
    });
    const catalogue = new PluginCatalogue(options);
    await catalogue.#load(options.rebuild);
    return catalogue;
  }

  /** Number of entries: versions, not names. */
  get size(): number {
    return this.#table.size;
  }

  /** All entries, in insertion order. */
  entries(): CatalogueEntry[] {
    return [...this.#table.entries()];
  }

  /** One version of a plugin in one registry. */
  get(key: CatalogueKey): CatalogueEntry | undefined {
    return this.#table.get(key);
  }

  /**
   * Adds one version of a plugin, and replaces an earlier entry of the same registry, name and version. Once this has resolved, the
   * entry outlives the process.
   *
   * @throws {CatalogueError} `CATALOGUE_INVALID_ENTRY`; `CATALOGUE_FULL`; `CATALOGUE_IN_USE` and `CATALOGUE_UNUSABLE`, with a folder.
   */
  async register(entry: CatalogueEntry): Promise<void> {
    await this.registerAll([entry]);
  }

  /** Adds many entries, 1,000 at a time: much faster than one by one. @throws {CatalogueError} As {@link register}; batches added before the failure stay. */
  async registerAll(entries: CatalogueEntries): Promise<void> {
    let batch: CatalogueChange[] = [];
    for await (const entry of entries) {
      batch.push({ add: checkSize(checkEntry(entry)) });
      if (batch.length < CATALOGUE_BATCH) continue;
      await this.#write(batch);
      batch = [];
    }
    if (batch.length > 0) await this.#write(batch);
  }

  /** Removes an entry. @returns false if there was none. @throws {CatalogueError} As {@link register}. */
  async unregister({ registry, name, version }: CatalogueKey): Promise<boolean> {
    await this.refresh();
    if (this.get({ registry, name, version }) === undefined) return false;
    await this.#write([{ remove: { registry, name, version } }]);
    return true;
  }

  /** The highest version of each plugin of a type, by name. @throws {ConfigError} If this is not a plugin type. */
  findByType(type: PluginType): CatalogueEntry[] {
    new ConfigNode(type, 'type').oneOf(PLUGIN_TYPES);
    return this.search({ type, limit: MAX_CATALOGUE_ENTRIES });
  }

  /** The highest version of each plugin that declares a capability, by name. @throws {ConfigError} If this is not a capability. */
  findByCapability(capability: Capability): CatalogueEntry[] {
    new ConfigNode(capability, 'capability').oneOf(CAPABILITIES);
    return this.search({ capability, limit: MAX_CATALOGUE_ENTRIES });
  }

  /**
   * Plugins that match a query, best first: words in the name count for more than those in keywords, author and description, and whole words
   * for more than beginnings of words.
   *
   * @throws {ConfigError} For an unknown key or a wrong value.
   */
  search(query?: CatalogueQuery): CatalogueEntry[] {
    return this.#table.search(readQuery(query));
  }

  /** Reads changes that other processes have written since. @throws {CatalogueError} `CATALOGUE_UNUSABLE`. */
  async refresh(): Promise<void> {
    if (this.#file === undefined) return;
    await this.#inTurn(() => this.#takeIn());
  }

  async #load(rebuild: CatalogueOptions['rebuild']): Promise<void> {
    if (this.#file === undefined) return;
    const { damaged } = await this.#takeIn();
    if (damaged > 0) await this.#inTurn(() => this.#repair(damaged));
    if (damaged > 0 && rebuild !== undefined) await this.registerAll(rebuild());
  }

  /** Skips damaged lines; all others are applied. */
  async #takeIn(): Promise<{ readonly damaged: number; readonly unfinishedBytes: number }> {
    const { isNew, changes, damaged, unfinishedBytes } = await this.#file!.readNews();
    if (isNew) {
      this.#table.clear();
      this.#lines = 0;
    }
    this.#lines += changes.length + damaged;
    for (const change of changes) this.#apply(change);
    return { damaged, unfinishedBytes };
  }

  async #repair(damaged: number): Promise<void> {
    const file = this.#file!;
    const release = await file.lock(this.#signal);
    try {
      await this.#takeIn();
      await this.#writeAgain(true);
      this.#tell(
        `${damaged} ${damaged === 1 ? 'line was' : 'lines were'} damaged; ${this.size} entries are left, and ${file.path}.damaged has the old file`,
      );
    } finally {
      release();
    }
  }

  async #write(changes: readonly CatalogueChange[]): Promise<void> {
    await this.#inTurn(async () => {
      const release = await this.#file?.lock(this.#signal);
      try {
        if (this.#file !== undefined) {
          const { unfinishedBytes } = await this.#takeIn();
          this.#checkRoom(changes);
          await this.#file.append(changes);
          if (unfinishedBytes > 0) this.#tell('an entry that was half written was taken away');
        } else {
          this.#checkRoom(changes);
        }
        this.#lines += changes.length;
        for (const change of changes) this.#apply(change);
        const stale = this.#lines - this.size;
        if (this.#file !== undefined && stale > MIN_STALE_LINES && stale > this.size) {
          await this.#writeAgain(false);
        }
      } finally {
        release?.();
      }
    });
  }

  async #writeAgain(keepOld: boolean): Promise<void> {
    const changes = this.entries().map((add) => ({ add }));
    await this.#file!.rewrite(changes, keepOld);
    this.#lines = changes.length;
  }

  #checkRoom(changes: readonly CatalogueChange[]): void {
    const more = changes.filter((change) => 'add' in change).length;
    if (this.size + more <= MAX_CATALOGUE_ENTRIES) return;
    throw new CatalogueError(
      'CATALOGUE_FULL',
      `Cannot enter ${more} plugins: the catalogue has ${this.size}, limit is ${MAX_CATALOGUE_ENTRIES}`,
    );
  }

  #apply(change: CatalogueChange): void {
    if ('add' in change) {
      this.#table.add(change.add);
      this.events.notify('plugin-registered', change.add);
    } else if (this.#table.remove(change.remove) !== undefined) {
      this.events.notify('plugin-unregistered', change.remove);
    }
  }

  #tell(repair: string): void {
    this.repairs.push(repair);
    this.events.notify('catalogue-repaired', { repair });
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => {});
    return await turn;
  }
}

function checkSize(entry: CatalogueEntry): CatalogueEntry {
  const bytes = Buffer.byteLength(encodeLine({ add: entry }));
  if (bytes <= MAX_CATALOGUE_LINE_BYTES) return entry;
  throw new CatalogueError(
    'CATALOGUE_INVALID_ENTRY',
    `Cannot enter "${entry.metadata.name}": ${bytes} bytes, limit is ${MAX_CATALOGUE_LINE_BYTES}`,
  );
}
