import type { LogRecord, LogSink } from '@testbench/types/abi';

/** The id of a plugin that is being loaded: a plugin without a custom section reports its name only once it runs. */
export class LoadingId {
  #id: string | undefined;
  /** Log records from before the id was known. */
  readonly #early: LogRecord[] = [];
  readonly #sink: LogSink;

  /** @param sink Receives the plugin's log records, with the id, once it is known. */
  constructor(known: string | undefined, sink: LogSink) {
    this.#id = known;
    this.#sink = sink;
  }

  /** undefined while unknown. */
  get current(): string | undefined {
    return this.#id;
  }

  readonly onLog: LogSink = (record) => {
    if (this.#id === undefined) this.#early.push(record);
    else this.#sink({ ...record, pluginId: this.#id });
  };

  /** The plugin has reported its name. @returns The id. */
  settle(name: string): string {
    this.#id ??= name;
    for (const record of this.#early.splice(0)) this.onLog(record);
    return this.#id;
  }
}
