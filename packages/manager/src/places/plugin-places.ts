import { locateFrames, type MeteringForm, type ModulePlaces } from '@testbench/runtime';
import type { LogSink } from '@testbench/types/abi';
import { CallError, guestStackOf, LoadError, PluginError } from '@testbench/types/errors';
import type { SourceMap } from '@testbench/types/source-map';

import { sha256Hex } from '../digest.js';
import type { BatchResult } from '../isolation/executor.js';
import type { ModulePreparer } from '../isolation/module-preparer.js';
import { readModuleFile } from '../load/read-module-file.js';
import { openSourceMap, type OwnSourceMap } from './source-map-choice.js';

/** The module whose errors are located. */
interface PlacedModule {
  /** The file that it was loaded from; it is read again, and only used if it is unchanged. */
  readonly path: string | undefined;
  /** The bytes, for a module that was not loaded from a file. */
  readonly bytes: Uint8Array<ArrayBuffer> | undefined;
  /** `sha256:` followed by hex. */
  readonly digest: string;
  readonly form: MeteringForm;
  /** What the caller passed; undefined for the file next to the module. */
  readonly sourceMap: OwnSourceMap | undefined;
  /** Receives a note if the source map cannot be used. */
  readonly onLog: LogSink;
  readonly pluginId: () => string;
  readonly now: (() => number) | undefined;
}

/** Maximum number of nested causes that are searched. */
const MAX_CAUSES = 16;

/** Locates the errors of one version of a plugin in the author's source; reads the files at the first such error. */
export class PluginPlaces {
  readonly #module: PlacedModule;
  readonly #preparer: Pick<ModulePreparer, 'mapOffsets'>;
  /** Errors that are already located: one error may be reported to several calls. */
  readonly #done = new WeakSet<CallError>();
  #places: Promise<ModulePlaces> | undefined;
  #known: ModulePlaces | undefined;
  #given: SourceMap | undefined;

  /** @param given The source map, if it was already read. */
  constructor(
    module: PlacedModule,
    preparer: Pick<ModulePreparer, 'mapOffsets'>,
    given: SourceMap | undefined,
  ) {
    this.#module = module;
    this.#preparer = preparer;
    this.#given = given;
  }

  /**
   * Locates an error, or its cause, in the source; frames that cannot be located stay as they are.
   *
   * @returns undefined if that is already done.
   */
  locate(error: unknown): Promise<void> | undefined {
    const failed = placeless(error);
    if (failed === undefined || this.#done.has(failed)) return undefined;
    this.#done.add(failed);
    if (this.#known === undefined) return this.#findAndGive(failed);
    give(failed, this.#known);
    return undefined;
  }

  async #findAndGive(failed: CallError): Promise<void> {
    this.#places ??= this.#find();
    this.#known = await this.#places;
    give(failed, this.#known);
  }

  /** The same for all failed results of a batch. */
  async locateAll(results: Iterable<BatchResult | undefined>): Promise<void> {
    for (const result of results) {
      if (result?.status !== 'rejected') continue;
      const work = this.locate(result.reason);
      if (work !== undefined) await work;
    }
  }

  /** Never fails: an error without source locations is still an error. */
  async #find(): Promise<ModulePlaces> {
    const { form } = this.#module;
    try {
      const bytes = await this.#readModule();
      const sourceMap = await this.#readSourceMap();
      const offsets = bytes && (await this.#preparer.mapOffsets(bytes, form));
      return { offsets, sourceMap };
    } catch (error) {
      this.#note(error);
      return { offsets: undefined, sourceMap: undefined };
    }
  }

  async #readModule(): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const { path, bytes, digest } = this.#module;
    // A copy: it may be transferred to another thread.
    if (path === undefined) return bytes?.slice();
    try {
      const found = await readModuleFile(path);
      return `sha256:${sha256Hex(found)}` === digest ? found : undefined;
    } catch (error) {
      // The file is gone, or a new version is being written.
      if (!(error instanceof LoadError)) throw error;
      return undefined;
    }
  }

  async #readSourceMap(): Promise<SourceMap | undefined> {
    const { path, digest, sourceMap } = this.#module;
    let found = this.#given;
    this.#given = undefined;
    if (found === undefined) {
      if (sourceMap !== undefined || path === undefined) return undefined;
      try {
        found = await openSourceMap(`${path}.map`);
      } catch (error) {
        if (!(error instanceof LoadError)) throw error;
        if (error.code !== 'LOAD_NOT_FOUND') this.#note(error);
        return undefined;
      }
    }
    if (found.digest === undefined || found.digest === digest) return found;
    this.#note(
      new LoadError(
        'LOAD_INVALID_SOURCE_MAP',
        `Cannot use source map: it belongs to another build, ${found.digest.slice(0, 80)}`,
      ),
    );
    return undefined;
  }

  #note(error: unknown): void {
    const { onLog, pluginId, now = Date.now } = this.#module;
    const words = PluginError.is(error) ? error.message : 'Cannot find the places of errors';
    onLog({
      pluginId: pluginId(),
      level: 'warn',
      message: `${words}; errors have no places in the source`,
      timestampMs: now(),
    });
  }
}

/** Finds a call's error, among the causes of an error, whose frames still refer to the metered module. */
function placeless(error: unknown): CallError | undefined {
  const stack = guestStackOf(error);
  if (!stack.some(({ functionIndex }) => functionIndex !== undefined)) return undefined;
  let current = error;
  for (let depth = 0; depth < MAX_CAUSES && current instanceof Error; depth += 1) {
    if (current instanceof CallError && current.guestStack === stack) return current;
    current = current.cause;
  }
  return undefined;
}

/** Changes the error in place; its stack and cause stay as they were thrown. */
function give(error: CallError, places: ModulePlaces): void {
  Object.assign(error, { guestStack: locateFrames(error.guestStack, places) });
}
