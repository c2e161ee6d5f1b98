import { MAX_TIMEOUT_MS, onAbort, type PluginMetadata } from '@testbench/types';
import type { HostEffects } from '@testbench/types/abi';
import { CallError, LoadError } from '@testbench/types/errors';
import type { RunnerLink } from '@testbench/types/stores';

import { endedCall, type Ending } from '../ending.js';
import { DEFAULT_GRACE_MS } from '../limits.js';
import type { RunnerCommand, RunnerReport } from '../runner/messages.js';
import { asFailedLoad } from './as-failed-load.js';
import { CommandInFlight, type CommandOptions } from './command-in-flight.js';
import { type CheckedReply, type Outcome, parseReply } from './parse-reply.js';
import { type PipelineAnswers, readPipelineDone } from './read-pipeline-done.js';
import type { RemoteGuest } from './remote-guest.js';
import type { StartRunner } from './runner-link.js';

const encoder = new TextEncoder();

/** What a runner reports about a loaded guest. */
export interface LoadedFacts {
  readonly metadata: PluginMetadata;
  readonly hasBatch: boolean;
}

/**
 * A thread or child process that runs one command at a time, seen from the host.
 *
 * Every message from it is checked. If it breaks the protocol, does not stop when its time is over, or dies, its current command
 * fails, and it is never used again.
 */
export class Runner {
  readonly #link: RunnerLink;
  readonly #effects = new Map<number, HostEffects>();
  #pending: CommandInFlight | undefined;
  /** Why it was killed, if the host did it. */
  #verdict: CallError | undefined;
  #dead = false;
  #onDeath: (() => void) | undefined;
  readonly #graceMs: number;
  #killTimer: NodeJS.Timeout | undefined;

  /** When its last command was done, by `performance.now()`; its pool notes it. */
  idleSince = 0;

  constructor(start: StartRunner) {
    this.#link = start({
      onMessage: (message) => this.#receive(message),
      onExit: (reason) => this.#exit(reason),
    });
    this.#graceMs = this.#link.graceMs ?? DEFAULT_GRACE_MS;
  }

  /** True once it can take no more commands. */
  get dead(): boolean {
    return this.#dead;
  }

  /** Called when it dies while it is idle. */
  set onDeath(listener: () => void) {
    this.#onDeath = listener;
  }

  /** True if no version is loaded there. */
  get isEmpty(): boolean {
    return this.#effects.size === 0;
  }

  has(version: number): boolean {
    return this.#effects.has(version);
  }

  /** @throws {LoadError} As `PluginInstance` throws; `LOAD_DEADLINE_EXCEEDED`, `LOAD_CRASHED`, `LOAD_BAD_MESSAGE`. */
  async load(guest: RemoteGuest, options: CommandOptions): Promise<LoadedFacts> {
    const { version, setup, module, bytes } = guest;
    this.#effects.set(version, guest.effects());
    try {
      const reply = await this.#command(guest, options, {
        type: 'load',
        version,
        setup,
        ...(module === undefined ? {} : { module }),
        ...(bytes === undefined ? {} : { bytes }),
      });
      if (reply.type === 'loaded') return reply;
      throw reply.type === 'failed' ? reply.error : this.#break();
    } catch (error) {
      this.#effects.delete(version);
      throw asFailedLoad(error);
    }
  }

  /** Runs inputs. @throws {CallError} If the runner died or had to be killed. */
  async call(
    guest: RemoteGuest,
    options: CommandOptions,
    command: Omit<Extract<RunnerCommand, { type: 'call' }>, 'type' | 'version'>,
  ): Promise<{ readonly outcomes: readonly Outcome[]; readonly report: RunnerReport }> {
    const { version } = guest;
    // To a process, text is sent as bytes: JSON inside JSON would be escaped and parsed twice.
    const inputs = guest.bytes === undefined ? command.inputs : command.inputs.map(asBytes);
    const reply = await this.#command(guest, options, {
      type: 'call',
      version,
      ...command,
      inputs,
    });
    const expected = command.batch ? 1 : command.inputs.length;
    if (reply.type !== 'done' || reply.outcomes.length > expected) throw this.#break();
    return reply;
  }

  /** Sends items through several guests. @throws {CallError} As {@link call}. */
  async pipeline(
    guests: readonly [RemoteGuest, ...RemoteGuest[]],
    options: CommandOptions,
    command: Extract<RunnerCommand, { type: 'pipeline' }>,
  ): Promise<PipelineAnswers> {
    const [first, ...others] = guests;
    const reply = await this.#command(first, { ...options, others }, command);
    const count = command.requestIds.length;
    const answers =
      reply.type === 'pipeline-done' ? readPipelineDone(reply, count, guests.length) : undefined;
    if (answers === undefined) throw this.#break();
    return answers;
  }

  /** Asks `plugin_health`. */
  async health(guest: RemoteGuest, options: CommandOptions): Promise<number> {
    const reply = await this.#command(guest, options, { type: 'health', version: guest.version });
    if (reply.type === 'health') return reply.code;
    throw reply.type === 'failed' ? reply.error : this.#break();
  }

  /** Discards the guest's instance. */
  discard(version: number): void {
    if (!this.#dead) this.#link.send({ type: 'discard', version });
  }

  /** Shuts down a guest and forgets it. */
  async unload(guest: RemoteGuest, options: CommandOptions): Promise<void> {
    await this.#command(guest, options, { type: 'unload', version: guest.version });
    this.#effects.delete(guest.version);
  }

  /** True while it carries out a command for this version. */
  isBusyWith(version: number): boolean {
    return this.#pending?.isFor(version) === true;
  }

  /** Ends it; its current command fails with `CALL_SHUT_DOWN`. */
  end(): void {
    this.#kill(endedCall('closed', 'finish'));
  }

  /** Ends its current command; the runner survives if the guest can be stopped. @param ending How the command fails. */
  stop(ending: Ending): void {
    this.#stop(undefined, endedCall(ending, 'finish'));
  }

  async #command(
    guest: RemoteGuest,
    options: CommandOptions,
    command: RunnerCommand,
  ): Promise<CheckedReply> {
    if (this.#dead || this.#pending !== undefined) {
      throw (
        this.#verdict ?? new CallError('CALL_CRASHED', 'Cannot start call: the runner is not free')
      );
    }
    const link = this.#link;
    const { timeoutMs, signal } = options;
    const effects = this.#effects.get(guest.version);
    if (effects === undefined)
      throw new CallError(
        'CALL_CRASHED',
        'Cannot start call: the plugin is not loaded in its runner',
      );
    const pending = new CommandInFlight(guest, options, effects, (answer) => {
      if (this.#pending === pending && !this.#dead) link.send(answer);
    });
    this.#pending = pending;
    link.requestStop?.(false);
    link.setBusy?.(true);
    const expire = (): void => {
      if (this.#pending !== pending) return;
      pending.abort(undefined);
      this.#kill(
        new CallError(
          'CALL_DEADLINE_EXCEEDED',
          `Cannot finish call: the time limit of ${timeoutMs} ms is over`,
          { retryable: pending.askedOthers ? true : undefined },
        ),
      );
    };
    this.#killTimer = setTimeout(
      // A host that was busy itself first reads what has arrived meanwhile.
      () => setImmediate(expire),
      Math.min(timeoutMs + this.#graceMs, MAX_TIMEOUT_MS),
    );
    const cancel = (): void => this.#stop(signal?.reason);
    const unwatch = onAbort(signal, cancel);
    try {
      link.send(command);
      if (signal?.aborted === true) cancel();
      return await pending.answer;
    } finally {
      clearTimeout(this.#killTimer);
      unwatch();
      this.#pending = undefined;
      effects.endCall();
      if (!this.#dead) link.setBusy?.(false);
    }
  }

  /** Asks the command to stop, and kills the runner if that does not help. */
  #stop(reason: unknown, verdict?: CallError): void {
    const pending = this.#pending;
    if (pending === undefined || this.#dead) return;
    const kill = (): void =>
      this.#kill(
        new CallError('CALL_CANCELLED', 'Cannot finish call: it was cancelled', { cause: reason }),
      );
    const mayHelp = this.#link.requestStop !== undefined || pending.waits;
    pending.abort(reason, verdict);
    this.#link.requestStop?.(true);
    clearTimeout(this.#killTimer);
    if (mayHelp) this.#killTimer = setTimeout(kill, this.#graceMs);
    else kill();
  }

  #receive(message: unknown): void {
    const pending = this.#pending;
    // After the verdict its messages no longer count; between commands it must not send any.
    if (pending === undefined || this.#dead) {
      if (!this.#dead) this.#break();
      return;
    }
    let reply: CheckedReply | undefined;
    try {
      reply = parseReply(message, pending.guest.setup.hostFunctions);
    } catch (error) {
      // Otherwise it is an object of a custom transport that throws when it is read.
      reply = error instanceof LoadError ? { type: 'failed', error } : undefined;
    }
    if (reply === undefined || !pending.receive(reply)) this.#break();
  }

  /** Ends a runner that broke the protocol. */
  #break(): CallError {
    const error = new CallError(
      'CALL_BAD_MESSAGE',
      'Cannot finish call: the thread or process of the plugin sent what none of ours sends',
    );
    this.#kill(error);
    return error;
  }

  #kill(verdict: CallError): void {
    this.#verdict ??= verdict;
    this.#dead = true;
    this.#link.kill();
    // The exit may take a while; it is not awaited.
    this.#pending?.fail(this.#verdict);
  }

  #exit(reason: string): void {
    this.#dead = true;
    const pending = this.#pending;
    pending?.fail(this.#verdict ?? new CallError('CALL_CRASHED', `Cannot finish call: ${reason}`));
    if (pending === undefined) this.#onDeath?.();
  }
}

function asBytes(input: string | Uint8Array): Uint8Array {
  return typeof input === 'string' ? encoder.encode(input) : input;
}
