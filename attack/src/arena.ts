import {
  type LoadPluginOptions,
  PluginManager,
  type PluginManagerOptions,
} from '@testbench/manager';
import { DEFAULT_CAPS } from '@testbench/sandbox';
import { assemble, guestWat } from '@testbench/test-kit';
import type { PluginOutput } from '@testbench/types';
import type { LogRecord } from '@testbench/types/abi';
import { CallError, LoadError } from '@testbench/types/errors';

import { insist, type Mode, NotContained } from './attack.ts';

/** Wall time of a call; an attack that a limit stops takes this long. */
const TIMEOUT_MS = 300;
/** How late a limit may be, by the suite's criteria. */
export const LATE_MS = 2000;
/** Time to start a thread or process and load a module there, in addition to the plugin's own time. */
const LOAD_MS = 10_000;
const NEIGHBOUR = 'neighbour';
/** Admission that accepts everything. */
export const NO_CAPS = Object.fromEntries(
  Object.keys(DEFAULT_CAPS).map((name) => [name, Number.MAX_SAFE_INTEGER]),
);

const neighbour = assemble(guestWat());

/** How an attack ended: the error's code, and the rules of admission that it broke. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly rules: readonly string[];
}

type AttackOptions = Omit<PluginManagerOptions, 'isolation' | 'onLog'>;

/**
 * Where one attack runs: a manager that runs every plugin in one isolation, with a well-behaved neighbour that is called repeatedly
 * in the meantime.
 */
export class Arena {
  readonly mode: Mode;
  readonly logs: LogRecord[] = [];
  readonly #open: { readonly manager: PluginManager; readonly alone: boolean }[] = [];
  #lost: string | undefined;
  #neighbourCalls = 0;
  #calledSinceMs = Number.POSITIVE_INFINITY;
  #over = false;

  constructor(mode: Mode) {
    this.mode = mode;
  }

  /**
   * A manager for this mode.
   *
   * @param alone Without a neighbour: if the runner of the plugin is hostile, it would also run the neighbour.
   */
  async manager(options: AttackOptions = {}, alone = false): Promise<PluginManager> {
    const manager = new PluginManager({
      ...options,
      limits: { timeoutMs: TIMEOUT_MS, maxFuel: 2 ** 50, ...options.limits },
      isolation: this.mode === 'host' ? 'inline' : this.mode,
      onLog: (record) => this.logs.push(record),
    });
    this.#open.push({ manager, alone });
    if (alone) return manager;
    await manager.load(neighbour, { id: NEIGHBOUR });
    this.#calledSinceMs = Math.min(this.#calledSinceMs, performance.now());
    void this.#keepCalling(manager);
    return manager;
  }

  /**
   * Loads a module that must be refused.
   *
   * @param codes The error that it must be refused with, or several.
   * @param rule A rule of admission that it must break; undefined for errors that do not come from a rule.
   * @returns How it was refused.
   */
  async refuse(
    bytes: Uint8Array,
    codes: string | readonly string[],
    rule?: string,
    options: AttackOptions = {},
  ): Promise<string> {
    const manager = await this.manager(options);
    // Admission starts no runner, so there is no limit to wait for.
    const limitMs = rule !== undefined || this.mode === 'inline' ? 0 : LOAD_MS + TIMEOUT_MS;
    const refusal = await this.#failure(limitMs, async () => {
      await manager.load(bytes, { id: 'attacker' });
      return 'it was loaded';
    });
    insist([codes].flat().includes(refusal.code), `refused by ${describe(refusal)}`);
    insist(rule === undefined || refusal.rules.includes(rule), `refused by ${describe(refusal)}`);
    insist(manager.info('attacker') === undefined, 'something was kept of it');
    return rule === undefined ? refusal.code : `${refusal.code}, ${rule}`;
  }

  /** Loads a module and calls it; the call must fail with one of `codes`, and a second call must not fail with anything worse. */
  async fail(
    bytes: Uint8Array,
    codes: string | readonly string[],
    options: AttackOptions & { readonly load?: LoadPluginOptions; readonly data?: unknown } = {},
  ): Promise<string> {
    const { load, data = null, ...rest } = options;
    const manager = await this.manager(rest);
    await manager.load(bytes, { id: 'attacker', ...load });
    const { timeoutMs = TIMEOUT_MS } = rest.limits ?? {};
    let code = '';
    // A second time: the failed instance must be gone, and the plugin must still be there.
    for (let round = 0; round < 2; round += 1) {
      const refusal = await this.#failure(timeoutMs, async () => {
        const output = await manager.execute('attacker', { data });
        return `the call gave ${JSON.stringify(output.data)?.slice(0, 100)}`;
      });
      insist([codes].flat().includes(refusal.code), `the call failed by ${describe(refusal)}`);
      code ||= refusal.code;
    }
    insist(manager.info('attacker') !== undefined, 'the plugin is gone');
    return code;
  }

  /** Loads a module and calls it; the call must end normally, which shows that the attacker gained nothing. */
  async call(
    bytes: Uint8Array,
    options: AttackOptions & { readonly load?: LoadPluginOptions; readonly data?: unknown } = {},
  ): Promise<PluginOutput> {
    const { load, data = null, ...rest } = options;
    const manager = await this.manager(rest);
    await manager.load(bytes, { id: 'attacker', ...load });
    return await manager.execute('attacker', { data });
  }

  /**
   * Loads and calls a module that may do anything, as long as it fails with one of our errors or ends normally, in time.
   *
   * @param options If omitted, all caps of admission are raised.
   */
  async endure(bytes: Uint8Array, options: AttackOptions = { caps: NO_CAPS }): Promise<string> {
    const manager = await this.manager(options);
    const inTime = async (
      limitMs: number,
      action: Promise<unknown>,
    ): Promise<string | undefined> => {
      const started = performance.now();
      let outcome: string | undefined;
      try {
        await action;
      } catch (error) {
        const { code, message } = refusalOf(error);
        outcome = `${code} (${message.replace(/^Cannot [^:]*: /, '').slice(0, 60)})`;
      }
      const lateMs = performance.now() - started - limitMs;
      insist(lateMs < LATE_MS, `it ended ${lateMs.toFixed(0)} ms after its limit, with ${outcome}`);
      return outcome;
    };
    const refused = await inTime(LOAD_MS + TIMEOUT_MS, manager.load(bytes, { id: 'attacker' }));
    if (refused !== undefined) return refused;
    const failed = await inTime(TIMEOUT_MS, manager.execute('attacker', { data: null }));
    return failed ?? 'it comes to nothing';
  }

  /** Ends the attack: the neighbour must have lost nothing. */
  async close(): Promise<void> {
    try {
      await this.#checkNeighbours();
    } finally {
      this.#over = true;
      for (const { manager } of this.#open.splice(0)) await manager.close();
    }
  }

  async #checkNeighbours(): Promise<void> {
    const calls = this.#neighbourCalls;
    const lastedMs = performance.now() - this.#calledSinceMs;
    const neighbours = this.#open.filter(({ alone }) => !alone);
    for (const { manager } of neighbours) {
      const { data } = await manager.execute(NEIGHBOUR, { data: null });
      insist(data === 'fine', 'the neighbour gave a wrong answer');
    }
    if (this.#lost !== undefined) {
      throw new NotContained(`the neighbour lost a call after ${calls}: ${this.#lost}`);
    }
    // Inline, an attack blocks the thread that would call it.
    const expected = neighbours.length > 0 && this.mode !== 'inline' && this.mode !== 'host';
    insist(!expected || lastedMs < LATE_MS || calls > 0, 'the neighbour was never called');
  }

  async #keepCalling(manager: PluginManager): Promise<void> {
    while (!this.#over) {
      try {
        const { data } = await manager.execute(NEIGHBOUR, { data: null });
        if (data !== 'fine') this.#lost = 'a wrong answer';
        this.#neighbourCalls += 1;
      } catch (error) {
        // Closing ends the running call.
        if (!this.#over) this.#lost = String(error);
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** The error of something that must fail, in time. */
  async #failure(limitMs: number, action: () => Promise<string>): Promise<Refusal> {
    const started = performance.now();
    try {
      throw new NotContained(await action());
    } catch (error) {
      const lateMs = performance.now() - started - limitMs;
      insist(lateMs < LATE_MS, `it ended ${lateMs.toFixed(0)} ms after its limit`);
      return refusalOf(error);
    }
  }
}

/** Our own errors; any other error means that the attack got through. */
export function refusalOf(error: unknown): Refusal {
  if (!(error instanceof LoadError || error instanceof CallError)) throw error;
  const rules = error instanceof LoadError ? error.violations.map(({ rule }) => rule) : [];
  return { code: error.code, message: error.message, rules };
}

function describe({ code, message, rules }: Refusal): string {
  return `${code} ${rules.join(' ')} (${message.slice(0, 200)})`;
}
