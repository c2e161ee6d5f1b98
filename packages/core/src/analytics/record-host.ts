import { randomBytes } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import type { CallEndEvent, PluginEmitter, PluginInfo } from '@testbench/manager';
import { type OptionReaders, readOptions } from '@testbench/types/config';

import { writeOutput } from '../files/output-file.js';
import { HOST_RECORD_FILE, HOST_RECORD_VERSION, type HostRecord } from './host-record.js';
import { DEFAULT_FLUSH_MS, MAX_HOST_PLUGINS, MAX_HOST_RECORDS } from './limits.js';
import { ModuleTally } from './module-tally.js';

/** The parts of a plugin system that are needed: a `PluginSystem` has them. */
export interface ObservedSystem {
  readonly events: PluginEmitter;
  listPlugins(): readonly PluginInfo[];
}

/** Where a host's calls are recorded, and how. */
export interface RecordHostOptions {
  /** Folder of the records, which is created if it does not exist. Processes may share it: each writes its own file. */
  readonly folder: string;
  /** Name under which the host is shown. @default 'host' */
  readonly host?: string;
  /** How often the record is written while there are calls, in milliseconds. @default 30000 */
  readonly flushMs?: number;
  /** Called with the reason why a record could not be written; the write is tried again at the next interval. Must not throw. @default ignored */
  readonly onProblem?: (error: unknown) => void;
}

const OPTIONS: OptionReaders<RecordHostOptions> = {
  folder: (node) => node.text(),
  host: (node) => node.text(),
  flushMs: (node) => node.wholeNumber(1, 2 ** 31 - 1),
  onProblem: (node) => node.callback(),
};

/** Records the calls of a host. */
export interface HostRecorder extends AsyncDisposable {
  /** Where the record is written. */
  readonly file: string;
  /**
   * Writes the data recorded so far.
   *
   * @throws {OutputError} The file cannot be written.
   */
  flush(): Promise<void>;
  /** Stops recording, and writes the rest. */
  close(): Promise<void>;
}

/**
 * Records calls, errors, fuel, time and memory of a system's plugins, by module, in a file on this machine; `testbench analytics --hosts` and
 * `analysePlugins` of `@testbench/bench/analytics` read it. Nothing is sent anywhere, and inputs, outputs and messages are not recorded.
 *
 * The file appears whole or not at all, and is written again every 30 seconds while there are calls. A folder keeps the 1,000 newest records.
 *
 * @throws {ConfigError} For an unknown key or a wrong value among the options.
 *
 * @example
 * ```ts no-run
 * import { PluginSystem } from '@testbench/core';
 * import { recordHost } from '@testbench/core/analytics';
 *
 * await using system = new PluginSystem();
 * await using recorder = recordHost(system, { folder: 'analytics', host: 'my-service' });
 * ```
 */
export function recordHost(system: ObservedSystem, given: RecordHostOptions): HostRecorder {
  const options = readOptions<RecordHostOptions>(given, OPTIONS, '', ['folder']);
  return new Recorder(system, options);
}

class Recorder implements HostRecorder {
  readonly file: string;
  readonly #folder: string;
  readonly #events: PluginEmitter;
  readonly #host: string;
  readonly #onProblem: (error: unknown) => void;
  readonly #startedAt = new Date();
  readonly #modules = new Map<string, ModuleTally>();
  /** The module that an id stands for now. */
  readonly #current = new Map<string, ModuleTally | undefined>();
  readonly #timer: NodeJS.Timeout;
  #otherCalls = 0;
  #isChanged = false;
  #isClosed = false;
  /** Writes happen one after the other. */
  #writing: Promise<void> = Promise.resolve();

  constructor(system: ObservedSystem, options: RecordHostOptions) {
    const { folder, host = 'host', flushMs = DEFAULT_FLUSH_MS, onProblem = () => {} } = options;
    this.#folder = resolve(folder);
    this.#host = host;
    this.#onProblem = onProblem;
    const begun = String(this.#startedAt.getTime()).padStart(13, '0');
    const random = randomBytes(6).toString('hex');
    this.file = join(this.#folder, `host-${begun}-${process.pid}-${random}.json`);
    this.#events = system.events;
    for (const info of system.listPlugins()) this.#loaded(info);
    this.#events.on('plugin-loaded', this.#loaded);
    this.#events.on('plugin-swapped', this.#loaded);
    this.#events.on('call-end', this.#ended);
    this.#timer = setInterval(() => {
      if (this.#isChanged) this.flush().catch(this.#onProblem);
    }, flushMs).unref();
  }

  async flush(): Promise<void> {
    const written = this.#writing.then(() => this.#write());
    this.#writing = written.catch(() => {});
    await written;
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearInterval(this.#timer);
    this.#events.off('plugin-loaded', this.#loaded);
    this.#events.off('plugin-swapped', this.#loaded);
    this.#events.off('call-end', this.#ended);
    try {
      if (this.#isChanged) await this.flush();
      await this.#writing;
    } catch (error) {
      this.#onProblem(error);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  readonly #loaded = (info: PluginInfo): void => {
    const { name, version } = info.metadata;
    const key = JSON.stringify([name, version, info.digest]);
    let module = this.#modules.get(key);
    if (module === undefined && this.#modules.size < MAX_HOST_PLUGINS) {
      module = new ModuleTally(info);
      this.#modules.set(key, module);
    }
    module?.loadedAs(info.id);
    this.#current.set(info.id, module);
  };

  readonly #ended = (event: CallEndEvent): void => {
    this.#isChanged = true;
    const module = this.#current.get(event.pluginId);
    if (module === undefined) this.#otherCalls += 1;
    else module.add(event);
  };

  async #write(): Promise<void> {
    this.#isChanged = false;
    const record: HostRecord = {
      formatVersion: HOST_RECORD_VERSION,
      host: this.#host,
      startedAt: this.#startedAt.toISOString(),
      writtenAt: new Date().toISOString(),
      plugins: [...this.#modules.values()]
        .map((module) => module.record)
        .filter(({ calls }) => calls > 0)
        .toSorted((one, other) => other.calls - one.calls),
      otherCalls: this.#otherCalls,
    };
    try {
      await writeOutput(this.file, `${JSON.stringify(record)}\n`, { makeFolder: true });
    } catch (error) {
      this.#isChanged = true;
      throw error;
    }
    await this.#removeOldest();
  }

  /** Another process that does the same removes the same files. */
  async #removeOldest(): Promise<void> {
    const names = (await readdir(this.#folder))
      .filter((name) => HOST_RECORD_FILE.test(name))
      .toSorted();
    for (const name of names.slice(0, Math.max(0, names.length - MAX_HOST_RECORDS))) {
      const path = join(this.#folder, name);
      if (path !== this.file) await rm(path, { force: true });
    }
  }
}
