import {
  type CompiledModule,
  mapPluginOffsets,
  type MeteringForm,
  meterPlugin,
  type ModulePlaces,
} from '@testbench/runtime';
import type { AdmissionOptions } from '@testbench/sandbox';
import { LoadError } from '@testbench/types/errors';

import { MAX_PREPARED_HERE_BYTES, MAX_PREPARING_THREADS, RUNNER_IDLE_MS } from '../limits.js';
import { Queue } from '../queue.js';
import {
  admit,
  type AdmittedModule,
  errorOf,
  type PrepareCommand,
  type PrepareReply,
} from '../runner/prepare-module.js';
import { PreparingThread } from './preparing-thread.js';
import { keepSpare, takeSpare } from './spare-threads.js';

type ReplyTo<Command extends PrepareCommand> = Extract<
  PrepareReply,
  { type: (typeof REPLIES)[Command['type']] }
>;

/** The answer to each command. */
const REPLIES = { admit: 'admitted', compile: 'compiled', map: 'mapped' } as const;

/**
 * Admits, meters and compiles modules: small ones directly, large ones in threads that do nothing else, so that the event loop
 * of the host is not blocked.
 */
export class ModulePreparer {
  readonly #idle: PreparingThread[] = [];
  readonly #all = new Set<PreparingThread>();
  /** Jobs that are waiting for a thread. */
  readonly #waiting = new Queue<(thread: PreparingThread | undefined) => void>();
  #shrinkTimer: NodeJS.Timeout | undefined;
  #closed = false;

  /**
   * Decodes a module and checks it against a policy.
   *
   * @param bytes All of their buffer, which may be transferred: use the bytes of the result instead.
   * @throws {LoadError} As `admitModule` does; `LOAD_CRASHED` if the thread dies; `LOAD_SHUT_DOWN` after `close`.
   */
  async admit(
    bytes: Uint8Array<ArrayBuffer>,
    policy: AdmissionOptions,
  ): Promise<{ readonly admitted: AdmittedModule; readonly bytes: Uint8Array<ArrayBuffer> }> {
    if (bytes.length <= MAX_PREPARED_HERE_BYTES) return { admitted: admit(bytes, policy), bytes };
    return await this.#ask({ type: 'admit', bytes, policy });
  }

  /**
   * Meters and compiles an admitted module.
   *
   * @param bytes All of their buffer, which may be moved away.
   * @throws {LoadError} As `compilePlugin` does, and as {@link admit}.
   */
  async compile(bytes: Uint8Array<ArrayBuffer>, form: MeteringForm): Promise<CompiledModule> {
    if (bytes.length <= MAX_PREPARED_HERE_BYTES) {
      const metered = meterPlugin(bytes, form);
      return { metered, module: await WebAssembly.compile(metered) };
    }
    return await this.#ask({ type: 'compile', bytes, form });
  }

  /**
   * Maps the code of a metered module back to the original.
   *
   * @param bytes All of their buffer, which may be moved away.
   * @throws {LoadError} As {@link admit}.
   */
  async mapOffsets(
    bytes: Uint8Array<ArrayBuffer>,
    form: MeteringForm,
  ): Promise<ModulePlaces['offsets']> {
    if (bytes.length <= MAX_PREPARED_HERE_BYTES) return mapPluginOffsets(bytes, form);
    const { offsets } = await this.#ask({ type: 'map', bytes, form });
    return offsets;
  }

  /** Ends the work of all threads, which fails with `LOAD_SHUT_DOWN`; idle threads are kept for other managers. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#shrinkTimer);
    for (const thread of this.#idle.splice(0)) {
      this.#all.delete(thread);
      keepSpare(thread);
    }
    for (const thread of this.#all) thread.end();
    this.#all.clear();
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      next(undefined);
    }
  }

  async #ask<Command extends PrepareCommand>(command: Command): Promise<ReplyTo<Command>> {
    const thread = await this.#take();
    if (thread === undefined) throw new LoadError('LOAD_SHUT_DOWN', 'Cannot load plugin: closed');
    try {
      const reply = await thread.ask(command);
      if (reply.type === 'failed') throw errorOf(reply);
      // The thread runs our own code: its reply matches the command.
      return reply as ReplyTo<Command>;
    } finally {
      this.#giveBack(thread);
    }
  }

  /** @returns undefined if the preparer is closed. */
  async #take(): Promise<PreparingThread | undefined> {
    if (this.#closed) return undefined;
    const idle = this.#idle.pop();
    if (idle !== undefined) return idle;
    if (this.#all.size >= MAX_PREPARING_THREADS) {
      return await new Promise((resolve) => this.#waiting.push(resolve));
    }
    return this.#start();
  }

  #start(): PreparingThread {
    const thread = takeSpare() ?? new PreparingThread();
    this.#all.add(thread);
    return thread;
  }

  #giveBack(thread: PreparingThread): void {
    if (thread.dead) this.#all.delete(thread);
    if (this.#closed) return;
    const next = this.#waiting.shift();
    if (next !== undefined) return next(thread.dead ? this.#start() : thread);
    if (thread.dead) return;
    this.#idle.push(thread);
    this.#shrinkTimer ??= setTimeout(() => this.#shrink(), RUNNER_IDLE_MS).unref();
  }

  /** Ends threads that have been idle for a while. */
  #shrink(): void {
    this.#shrinkTimer = undefined;
    for (const thread of this.#idle.splice(0)) {
      thread.end();
      this.#all.delete(thread);
    }
  }
}
