import { escapeText } from '@testbench/types';
import type {
  GuestFailure,
  HostCall,
  HostEffects,
  HostFunction,
  LogLevel,
  LogRecord,
  LogSink,
} from '@testbench/types/abi';

import { GuestView } from './guest-view.js';
import { BYTES_PER_FUEL, CALL_FUEL, MAX_LOG_RECORDS_PER_CALL } from './limits.js';
import type { RandomSource } from './random.js';
import { Descriptors } from './wasi/descriptors.js';
import { LogLines } from './wasi/log-lines.js';

/** What the host functions of one instance work with. */
export interface HostServices {
  readonly pluginId: string;
  readonly onLog: LogSink;
  readonly random: RandomSource;
  /** Whole milliseconds since the epoch: a coarse clock makes timing attacks harder. */
  readonly now: () => number;
  /** Absolute paths of the directories that are preopened for a WASI program. */
  readonly directories: readonly string[];
  /** Names under which the program sees them. @default their paths */
  readonly guestPaths?: Readonly<Record<string, string>>;
}

type RecordKind = 'guest' | 'problem' | 'denial';

const PLURALS: Readonly<Record<RecordKind, string>> = {
  guest: 'log records',
  problem: 'failures',
  denial: 'denials',
};
const KINDS = Object.keys(PLURALS) as RecordKind[];

/** The mutable state of one instance's host functions: its memory, and what has happened in the running call. */
export class HostContext {
  readonly memory = new GuestView();
  /** Of a WASI program. */
  readonly descriptors: Descriptors;
  /** Also of a WASI program. */
  readonly standardOutput = new LogLines((text) => this.log('info', text));
  readonly standardError = new LogLines((text) => this.log('warn', text));
  call: HostCall | undefined;
  /** The guest's last message about its failure; read at the end, since a guest may report failures again and again. */
  failure: GuestFailure | (() => GuestFailure) | undefined;
  /** What stopped the guest in a host function. A guest that continues regardless gets nothing more. */
  stopped: unknown;
  calls = 0;
  /** Undefined until the first call. */
  callsByName: Map<string, number> | undefined;
  denied = 0;
  emittedBytes = 0;
  /** Fuel charged for the running host call. */
  #charged = 0;
  /** How many records of each kind there were, including dropped ones. */
  readonly #records: Record<RecordKind, number> = { guest: 0, problem: 0, denial: 0 };

  constructor(
    readonly services: HostServices,
    readonly effects: HostEffects,
  ) {
    this.descriptors = new Descriptors(services.directories, services.guestPaths);
  }

  begin(call: HostCall): void {
    this.call = call;
    this.failure = undefined;
    this.stopped = undefined;
    this.calls = 0;
    this.callsByName = undefined;
    this.denied = 0;
    this.descriptors.clear();
    this.emittedBytes = 0;
    for (const kind of KINDS) this.#records[kind] = 0;
    this.standardOutput.clear();
    this.standardError.clear();
    this.effects.beginCall({
      requestId: call.requestId,
      signal: call.signal,
      deadlineMs: call.deadlineMs ?? Number.POSITIVE_INFINITY,
      attachments: call.attachments,
    });
  }

  /** Begins a host call. */
  beginFunction(name: string): void {
    this.memory.touchedBytes = 0;
    this.#charged = 0;
    this.calls += 1;
    this.callsByName ??= new Map();
    this.callsByName.set(name, (this.callsByName.get(name) ?? 0) + 1);
  }

  /**
   * Charges for what the running host call has done so far, and checks whether the guest must stop.
   *
   * @param poll Also checks the clock: fuel does not show how long it took.
   * @throws What stops the guest.
   */
  charge(poll: boolean): void {
    const { call, memory } = this;
    const fuel = CALL_FUEL + Math.ceil(memory.touchedBytes / BYTES_PER_FUEL);
    const due = fuel - this.#charged;
    this.#charged = fuel;
    try {
      call?.charge?.(due);
      if (poll) call?.poll?.();
    } catch (error) {
      this.stopped = error;
      throw error;
    }
  }

  end(): void {
    this.standardOutput.end();
    this.standardError.end();
    for (const kind of KINDS) {
      const dropped = this.#records[kind] - MAX_LOG_RECORDS_PER_CALL;
      if (dropped > 0)
        this.#write('warn', `${dropped} more ${PLURALS[kind]} of this call were dropped`);
    }
    this.effects.endCall();
    this.call = undefined;
  }

  /** Passes on a guest's record, escaped. @returns false once the call's quota is used up; `text` is not called then. */
  log(level: LogLevel, text: () => string): boolean {
    return this.#record('guest', level, text);
  }

  /** Logs what went wrong in a host function. */
  note(problem: string): void {
    this.#record('problem', 'warn', () => problem);
  }

  /** Counts and logs a refusal: an operator wants to see which plugins ask for things that were not granted. */
  deny(what: string): void {
    this.denied += 1;
    this.#record('denial', 'warn', () => `denied: ${what}`);
  }

  /** Each kind has its own quota: a guest's own records must not hide its denials. */
  #record(kind: RecordKind, level: LogLevel, text: () => string): boolean {
    this.#records[kind] += 1;
    if (this.#records[kind] > MAX_LOG_RECORDS_PER_CALL) return false;
    this.#write(level, escapeText(text()));
    return true;
  }

  #write(level: LogLevel, message: string): void {
    const requestId = this.call?.requestId;
    try {
      const record: LogRecord = {
        pluginId: this.services.pluginId,
        level,
        message,
        timestampMs: this.services.now(),
        ...(requestId === undefined ? {} : { requestId }),
      };
      this.services.onLog(record);
    } catch {
      // A failing sink is not the plugin's fault, and cannot be reported: the record is lost.
    }
  }
}

/** A host function that is not bound to an instance yet: the same for all of them. */
export type ContextFunction = (context: HostContext, ...args: never[]) => ReturnType<HostFunction>;

/** Unwinds the guest after `abort` or `proc_exit`; the reason is in the context's `failure`. */
export class GuestStop extends Error {
  override readonly name = 'GuestStop';
}
