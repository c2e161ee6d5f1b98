import {
  CallError,
  type EffectArgument,
  type EffectCall,
  type EffectName,
  type EffectResult,
  escapeText,
  HostCode,
  type HostEffects,
  LoadError,
  type LogSink,
  type PluginMetadata,
} from '@testbench/types';

import { MAX_LOG_RECORDS_PER_COMMAND } from '../limits.js';
import type { GuestSetup, RunnerCommand, RunnerReport } from '../runner/messages.js';
import { type CheckedReply, type Outcome, parseReply } from './parse-reply.js';
import type { RunnerLink, StartRunner } from './runner-link.js';

/** What one command may take, and whom it tells. */
export interface CommandOptions {
  /** Wall time of the whole command in milliseconds; the runner has its own, sharper limit. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  readonly requestId?: string | undefined;
  readonly onChunk?: ((chunk: Uint8Array) => void | Promise<void>) | undefined;
}

/** A version as a runner needs it: what to load, and what its guests may do. */
export interface RemoteGuest {
  /** Unique in this host. */
  readonly version: number;
  readonly setup: GuestSetup;
  readonly module?: WebAssembly.Module;
  readonly bytes?: Uint8Array;
  readonly effects: () => HostEffects;
  readonly onLog: LogSink;
}

/** What a runner tells of a guest that it has loaded. */
export interface LoadedFacts {
  readonly metadata: PluginMetadata;
  readonly contract: 'v1' | 'classic';
  readonly hasBatch: boolean;
}

interface Pending {
  readonly guest: RemoteGuest;
  readonly options: CommandOptions;
  readonly effects: HostEffects;
  /** The whole command, as effects see it; each input of a batch may have less time. */
  readonly call: EffectCall;
  readonly resolve: (reply: CheckedReply) => void;
  readonly reject: (error: CallError) => void;
  logs: number;
}

/**
 * A thread or child process that runs one command at a time, seen from the host.
 *
 * Every message from it is checked. One that breaks the protocol, does not stop when its time is over, or dies fails the
 * command that it had, and is never used again.
 */
export class Runner {
  readonly #link: RunnerLink;
  readonly #effects = new Map<number, HostEffects>();
  #pending: Pending | undefined;
  /** Why it was killed, where that was the host's doing. */
  #verdict: CallError | undefined;
  #dead = false;
  #onDeath: (() => void) | undefined;

  constructor(start: StartRunner) {
    this.#link = start({
      onMessage: (message) => this.#receive(message),
      onExit: (reason) => this.#exit(reason),
    });
  }

  /** True once it can take no more commands. */
  get dead(): boolean {
    return this.#dead;
  }

  /** Called when it dies while it has nothing to do. */
  set onDeath(listener: () => void) {
    this.#onDeath = listener;
  }

  has(version: number): boolean {
    return this.#effects.has(version);
  }

  /** @throws {LoadError} As `PluginInstance` throws, and `LOAD_CRASHED`. */
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
      if (error instanceof LoadError) throw error;
      const { message } = error as Error;
      const code =
        error instanceof CallError && error.code === 'CALL_CRASHED'
          ? 'LOAD_CRASHED'
          : 'LOAD_START_FAILED';
      throw new LoadError(code, `Cannot load plugin: ${message}`, { cause: error });
    }
  }

  /** Runs inputs. @throws {CallError} If the runner died or had to be killed. */
  async call(
    guest: RemoteGuest,
    options: CommandOptions,
    command: Omit<Extract<RunnerCommand, { type: 'call' }>, 'type' | 'version'>,
  ): Promise<{ readonly outcomes: readonly Outcome[]; readonly report: RunnerReport }> {
    const { version } = guest;
    const reply = await this.#command(guest, options, { type: 'call', version, ...command });
    const expected = command.batch ? 1 : command.inputs.length;
    if (reply.type !== 'done' || reply.outcomes.length > expected) throw this.#break();
    return reply;
  }

  /** Asks `plugin_health`. */
  async health(guest: RemoteGuest, options: CommandOptions): Promise<number> {
    const reply = await this.#command(guest, options, { type: 'health', version: guest.version });
    if (reply.type === 'health') return reply.code;
    throw reply.type === 'failed' ? reply.error : this.#break();
  }

  /** Throws the guest's instance away. */
  discard(version: number): void {
    if (!this.#dead) this.#link.send({ type: 'discard', version });
  }

  /** Tells a guest to shut down and forgets it. */
  async unload(guest: RemoteGuest, options: CommandOptions): Promise<void> {
    await this.#command(guest, options, { type: 'unload', version: guest.version });
    this.#effects.delete(guest.version);
  }

  /** True while it carries out a command of this version. */
  isBusyWith(version: number): boolean {
    return this.#pending?.guest.version === version;
  }

  /** Ends it; the command that it has fails with `CALL_SHUT_DOWN`. */
  end(): void {
    this.#kill(new CallError('CALL_SHUT_DOWN', 'Cannot finish call: the plugin was unloaded'));
  }

  async #command(
    guest: RemoteGuest,
    options: CommandOptions,
    command: RunnerCommand,
  ): Promise<CheckedReply> {
    if (this.#dead || this.#pending !== undefined) {
      throw new CallError('CALL_CRASHED', 'Cannot start call: the runner is not free');
    }
    const link = this.#link;
    const { timeoutMs, signal, requestId } = options;
    const effects = this.#effects.get(guest.version);
    if (effects === undefined) throw new CallError('CALL_CRASHED', 'Cannot start call: not loaded');
    const abort = new AbortController();
    const call: EffectCall = {
      requestId,
      signal: abort.signal,
      deadlineMs: performance.now() + timeoutMs,
    };
    effects.beginCall(call);
    link.requestStop(false);
    link.setBusy(true);
    let killTimer: NodeJS.Timeout | undefined;
    const cancel = (): void => {
      abort.abort(signal?.reason);
      link.requestStop(true);
      clearTimeout(killTimer);
      killTimer = setTimeout(() => {
        this.#kill(
          new CallError('CALL_CANCELLED', 'Cannot finish call: it was cancelled', {
            cause: signal?.reason,
          }),
        );
      }, link.graceMs);
    };
    try {
      return await new Promise<CheckedReply>((resolve, reject) => {
        this.#pending = { guest, options, effects, call, resolve, reject, logs: 0 };
        const expire = (): void => {
          if (this.#pending?.resolve !== resolve) return;
          abort.abort();
          this.#kill(
            new CallError(
              'CALL_DEADLINE_EXCEEDED',
              `Cannot finish call: the time limit of ${timeoutMs} ms is over`,
            ),
          );
        };
        killTimer = setTimeout(
          // A host that was busy itself reads first what has arrived meanwhile.
          () => setImmediate(expire),
          Math.min(timeoutMs + link.graceMs, 2 ** 31 - 1),
        );
        signal?.addEventListener('abort', cancel);
        link.send(command);
        if (signal?.aborted === true) cancel();
      });
    } finally {
      clearTimeout(killTimer);
      signal?.removeEventListener('abort', cancel);
      this.#pending = undefined;
      effects.endCall();
      if (!this.#dead) link.setBusy(false);
    }
  }

  #receive(message: unknown): void {
    const pending = this.#pending;
    // After the verdict its words count no more; between commands it has nothing to say.
    if (pending === undefined || this.#dead) {
      if (!this.#dead) this.#break();
      return;
    }
    let reply: CheckedReply | undefined;
    try {
      reply = parseReply(message);
    } catch (error) {
      if (!(error instanceof LoadError)) throw error;
      reply = { type: 'failed', error };
    }
    if (reply === undefined) {
      this.#break();
      return;
    }
    switch (reply.type) {
      case 'log':
        this.#log(pending, reply.level, reply.message);
        return;
      case 'chunk':
        void this.#chunk(pending, reply.bytes);
        return;
      case 'begin':
        pending.effects.endCall();
        pending.effects.beginCall({
          ...pending.call,
          deadlineMs: Math.min(pending.call.deadlineMs, performance.now() + reply.remainingMs),
        });
        return;
      case 'effect':
        void this.#perform(pending, reply);
        return;
      default:
        pending.resolve(reply);
    }
  }

  #log(pending: Pending, level: Parameters<LogSink>[0]['level'], message: string): void {
    pending.logs += 1;
    if (pending.logs > MAX_LOG_RECORDS_PER_COMMAND) {
      this.#break();
      return;
    }
    const { requestId } = pending.options;
    try {
      pending.guest.onLog({
        plugin: pending.guest.setup.pluginId,
        level,
        // Escaped there already, unless a guest has taken over.
        message: escapeText(message),
        timeMs: Date.now(),
        ...(requestId === undefined ? {} : { requestId }),
      });
    } catch {
      // A sink that fails is not the plugin's doing, and there is nobody left to tell: the record is lost.
    }
  }

  async #chunk(pending: Pending, bytes: Uint8Array): Promise<void> {
    let code = 0;
    try {
      await pending.options.onChunk?.(bytes);
    } catch {
      // Whoever listens has given up; the call's own signal says the rest.
      code = -1;
    }
    this.#reply(pending, { type: 'reply', code });
  }

  async #perform(
    pending: Pending,
    { name, args }: Extract<CheckedReply, { type: 'effect' }>,
  ): Promise<void> {
    const { code, bytes, denied, problem } = await this.#effect(pending, name, args);
    this.#reply(pending, {
      type: 'reply',
      code,
      ...(bytes === undefined ? {} : { bytes }),
      ...(denied === undefined ? {} : { denied }),
      ...(problem === undefined ? {} : { problem }),
    });
  }

  /** Effects do not throw; should one all the same, the guest gets a code and the host lives on. */
  async #effect(
    pending: Pending,
    name: EffectName,
    args: readonly EffectArgument[],
  ): Promise<EffectResult> {
    try {
      return await pending.effects.perform(name, args);
    } catch {
      return { code: HostCode.inputOutput };
    }
  }

  #reply(pending: Pending, command: RunnerCommand): void {
    if (this.#pending === pending && !this.#dead) this.#link.send(command);
  }

  /** Ends a runner that broke the protocol. */
  #break(): CallError {
    const error = new CallError('CALL_CRASHED', 'Cannot finish call: the runner sent nonsense');
    this.#kill(error);
    return error;
  }

  #kill(verdict: CallError): void {
    this.#verdict ??= verdict;
    this.#dead = true;
    this.#link.kill();
    // The exit may take a while; whoever waits need not.
    this.#pending?.reject(this.#verdict);
  }

  #exit(reason: string): void {
    this.#dead = true;
    const pending = this.#pending;
    pending?.reject(
      this.#verdict ?? new CallError('CALL_CRASHED', `Cannot finish call: ${reason}`),
    );
    if (pending === undefined) this.#onDeath?.();
  }
}
