import {
  type CallError,
  type EffectArgument,
  type EffectCall,
  type EffectName,
  type EffectResult,
  escapeText,
  HostCode,
  type HostEffects,
  type LogSink,
} from '@testbench/types';

import { MAX_LOG_RECORDS_PER_COMMAND, THREAD_GRACE_MS } from '../limits.js';
import type { RunnerCommand } from '../runner/messages.js';
import type { CheckedReply } from './parse-reply.js';
import type { RemoteGuest } from './remote-guest.js';

/** What one command may take, and whom it tells. */
export interface CommandOptions {
  /** Wall time of the whole command in milliseconds; the runner has its own, sharper limit. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  readonly requestId?: string | undefined;
  readonly onChunk?: ((chunk: Uint8Array) => void | Promise<void>) | undefined;
}

/** A command that a runner has: serves what the guest asks meanwhile, and ends with the runner's answer. */
export class CommandInFlight {
  /** The answer. @throws {CallError} */
  readonly answer: Promise<CheckedReply>;
  readonly #abort = new AbortController();
  #resolve: (reply: CheckedReply) => void = () => {};
  #reject: (error: CallError) => void = () => {};
  #verdict: CallError | undefined;
  /** The whole command, as effects see it; each input of a batch may have less time. */
  readonly #call: EffectCall;
  #logs = 0;
  #waits = 0;

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
      signal: this.#abort.signal,
      // A runner begins an input later than this, and says itself when its time is over.
      deadlineMs: performance.now() + options.timeoutMs + THREAD_GRACE_MS,
    };
    effects.beginCall(this.#call);
  }

  /** True while the guest waits for the host. */
  get waits(): boolean {
    return this.#waits > 0;
  }

  /** Ends what the guest waits for. @param verdict Whatever the guest answers then, this is how the command fails. */
  abort(reason: unknown, verdict?: CallError): void {
    this.#verdict ??= verdict;
    this.#abort.abort(reason);
  }

  fail(error: CallError): void {
    this.#reject(this.#verdict ?? error);
  }

  /** @returns False if the runner says more than any guest can. */
  receive(reply: CheckedReply): boolean {
    switch (reply.type) {
      case 'log':
        return this.#log(reply.level, reply.message);
      case 'chunk':
        void this.#serve(() => this.#chunk(reply.bytes));
        return true;
      case 'begin':
        this.effects.endCall();
        this.effects.beginCall({
          ...this.#call,
          deadlineMs: Math.min(this.#call.deadlineMs, performance.now() + reply.remainingMs),
        });
        return true;
      case 'effect':
        void this.#serve(() => this.#effect(reply.name, reply.args));
        return true;
      default:
        if (this.#verdict === undefined) this.#resolve(reply);
        else this.#reject(this.#verdict);
        return true;
    }
  }

  #log(level: Parameters<LogSink>[0]['level'], message: string): boolean {
    this.#logs += 1;
    if (this.#logs > MAX_LOG_RECORDS_PER_COMMAND) return false;
    const { requestId } = this.options;
    try {
      this.guest.onLog({
        plugin: this.guest.setup.pluginId,
        level,
        // Escaped there already, unless a guest has taken over.
        message: escapeText(message),
        timeMs: this.guest.now?.() ?? Date.now(),
        ...(requestId === undefined ? {} : { requestId }),
      });
    } catch {
      // A sink that fails is not the plugin's doing, and there is nobody left to tell: the record is lost.
    }
    return true;
  }

  async #serve(work: () => Promise<EffectResult>): Promise<void> {
    this.#waits += 1;
    const { code, bytes, denied, problem } = await work();
    this.#waits -= 1;
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
      // Whoever listens has given up; the call's own signal says the rest.
      return { code: -1 };
    }
  }

  /** Effects do not throw; should one all the same, the guest gets a code and the host lives on. */
  async #effect(name: EffectName, args: readonly EffectArgument[]): Promise<EffectResult> {
    try {
      return await this.effects.perform(name, args);
    } catch {
      return { code: HostCode.inputOutput };
    }
  }
}
