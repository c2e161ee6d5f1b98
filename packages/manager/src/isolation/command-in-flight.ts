import {
  MAX_CHUNK_BYTES,
  MAX_EMITTED_BYTES,
  MAX_LOG_RECORD_BYTES,
  MAX_RECORDS_PER_CALL,
} from '@testbench/host';
import { escapeText } from '@testbench/types';
import {
  asksOthers,
  type CallAttachment,
  type EffectCall,
  type EffectResult,
  HostCode,
  type HostEffects,
  type LogSink,
} from '@testbench/types/abi';
import type { CallError } from '@testbench/types/errors';

import { GUEST_CALLS_PER_INPUT, THREAD_GRACE_MS } from '../limits.js';
import type { RunnerCommand } from '../runner/messages.js';
import type { CheckedReply } from './parse-reply.js';
import type { RemoteGuest } from './remote-guest.js';

/** Length of a log record in which every byte was escaped. */
const MAX_ESCAPED_LENGTH = 8 * MAX_LOG_RECORD_BYTES;

/** Replies in which a guest asks for something. */
const ASKING: ReadonlySet<CheckedReply['type']> = new Set(['begin', 'effect', 'chunk']);

/** Limits and callbacks of one command. */
export interface CommandOptions {
  /** Wall time of the whole command in milliseconds; the runner has its own, sharper limit. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  readonly requestId?: string | undefined;
  /** Number of inputs of the command: quotas apply to each. @default 1 */
  readonly inputs?: number;
  readonly onChunk?: ((chunk: Uint8Array) => void | Promise<void>) | undefined;
  /** The files of the call. @default the guest may not read any */
  readonly attachments?: readonly CallAttachment[] | undefined;
  /** Other guests that the command runs: none of them asks the host for anything. */
  readonly others?: readonly RemoteGuest[];
}

/** A command that a runner is carrying out: serves the guest's requests meanwhile, and ends with the runner's answer. */
export class CommandInFlight {
  /** The answer. @throws {CallError} */
  readonly answer: Promise<CheckedReply>;
  readonly #abort = new AbortController();
  #resolve: (reply: CheckedReply) => void = () => {};
  #reject: (error: CallError) => void = () => {};
  #verdict: CallError | undefined;
  /** The call as effects see it, for the whole command; each input of a batch may have less time. */
  readonly #call: EffectCall;
  #logs = 0;
  #begins = 0;
  #chunkBytes = 0;
  #waits = false;
  #askedOthers = false;
  #answered = false;

  /** @param send Answers the guest; does nothing once the command has ended. */
  constructor(
    readonly guest: RemoteGuest,
    readonly options: CommandOptions,
    readonly effects: HostEffects,
    readonly send: (command: RunnerCommand) => void,
  ) {
    this.answer = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#call = {
      requestId: options.requestId,
      attachments: options.attachments,
      signal: this.#abort.signal,
      // A runner begins an input later than this, and reports itself when its time is over.
      deadlineMs: performance.now() + options.timeoutMs + THREAD_GRACE_MS,
    };
    effects.beginCall(this.#call);
  }

  /** True while the guest is waiting for the host. */
  get waits(): boolean {
    return this.#waits;
  }

  /** True once the guest has made a request that may take long. */
  get askedOthers(): boolean {
    return this.#askedOthers;
  }

  /** True if the command runs this version. */
  isFor(version: number): boolean {
    return this.#guestOf(version) !== undefined;
  }

  /** Ends the host calls that the guest is waiting for. @param verdict The error of the command, regardless of what the guest answers then. */
  abort(reason: unknown, verdict?: CallError): void {
    this.#verdict ??= verdict;
    this.#abort.abort(reason);
  }

  fail(error: CallError): void {
    this.#reject(this.#verdict ?? error);
  }

  /** @returns False if the runner sends what no guest can: more than its quotas, or a message while it waits or is done. */
  receive(reply: CheckedReply): boolean {
    if (this.#waits || this.#answered) return false;
    const { inputs = 1, others } = this.options;
    if (others !== undefined && ASKING.has(reply.type)) return false;
    switch (reply.type) {
      case 'log':
        this.#logs += 1;
        this.#log(reply.level, reply.message, this.#guestOf(reply.version) ?? this.guest);
        return this.#logs <= MAX_RECORDS_PER_CALL * GUEST_CALLS_PER_INPUT * inputs;
      case 'chunk':
        this.#chunkBytes += reply.bytes.length;
        if (reply.bytes.length > MAX_CHUNK_BYTES) return false;
        if (this.#chunkBytes > MAX_EMITTED_BYTES * inputs) return false;
        void this.#serve(() => this.#chunk(reply.bytes));
        return true;
      case 'begin':
        this.#begins += 1;
        if (this.#begins > GUEST_CALLS_PER_INPUT * inputs) return false;
        this.effects.endCall();
        this.effects.beginCall({
          ...this.#call,
          deadlineMs: Math.min(this.#call.deadlineMs, performance.now() + reply.remainingMs),
        });
        return true;
      case 'effect':
        this.#askedOthers ||= asksOthers(reply.name);
        void this.#serve(() => this.#effect(reply.name, reply.args));
        return true;
      default:
        this.#answered = true;
        if (this.#verdict === undefined) this.#resolve(reply);
        else this.#reject(this.#verdict);
        return true;
    }
  }

  #guestOf(version: number | undefined): RemoteGuest | undefined {
    if (version === this.guest.version) return this.guest;
    return this.options.others?.find((other) => other.version === version);
  }

  #log(level: Parameters<LogSink>[0]['level'], message: string, guest: RemoteGuest): void {
    const { requestId } = this.options;
    try {
      guest.onLog({
        pluginId: guest.setup.pluginId,
        level,
        // Already cut and escaped there, unless a guest has taken over.
        message: escapeText(message.slice(0, MAX_ESCAPED_LENGTH)),
        timestampMs: guest.now?.() ?? Date.now(),
        ...(requestId === undefined ? {} : { requestId }),
      });
    } catch {
      // A failing sink is not the plugin's fault, and cannot be reported: the record is lost.
    }
  }

  async #serve(work: () => Promise<EffectResult>): Promise<void> {
    this.#waits = true;
    const { code, bytes, denied, problem } = await work();
    this.#waits = false;
    this.send({
      type: 'reply',
      code,
      ...(bytes === undefined ? {} : { bytes }),
      ...(denied === undefined ? {} : { denied }),
      ...(problem === undefined ? {} : { problem }),
    });
  }

  async #chunk(bytes: Uint8Array): Promise<EffectResult> {
    try {
      await this.options.onChunk?.(bytes);
      return { code: 0 };
    } catch {
      // There is no longer a listener; the call's own signal covers the rest.
      return { code: HostCode.cancelled };
    }
  }

  /** Effects do not throw; if one does, the guest gets a code and the host keeps running. */
  async #effect(...[name, args]: Parameters<HostEffects['perform']>): Promise<EffectResult> {
    try {
      return await this.effects.perform(name, args);
    } catch {
      return { code: HostCode.inputOutput };
    }
  }
}
