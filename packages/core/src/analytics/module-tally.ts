import type { CallEndEvent, PluginInfo } from '@testbench/manager';

import type { HostPlugin } from './host-record.js';
import { MAX_ERROR_CODES, MAX_IDS } from './limits.js';

/** Counts the calls of one module. */
export class ModuleTally {
  readonly #about: Pick<HostPlugin, 'name' | 'version' | 'digest' | 'type'>;
  readonly #ids = new Set<string>();
  readonly #errors = new Map<string, number>();
  #calls = 0;
  #failedCalls = 0;
  #fuelUsed = 0;
  #timeMs = 0;
  #queueMs = 0;
  #peakMemoryBytes = 0;
  #deniedCalls = 0;

  constructor({ metadata, digest = '' }: PluginInfo) {
    const { name, version, pluginType: type } = metadata;
    this.#about = { name, version, digest, type };
  }

  loadedAs(id: string): void {
    if (this.#ids.size < MAX_IDS) this.#ids.add(id);
  }

  add({ outcome, usage, queueTimeMs, deniedCalls }: CallEndEvent): void {
    this.#calls += 1;
    this.#queueMs += queueTimeMs;
    this.#deniedCalls += deniedCalls;
    if (usage !== undefined) {
      // For the host's own code it is not finite, and JSON has no such number.
      if (Number.isFinite(usage.fuelUsed)) this.#fuelUsed += usage.fuelUsed;
      this.#timeMs += usage.executionTimeMs;
      this.#peakMemoryBytes = Math.max(this.#peakMemoryBytes, usage.memoryUsedBytes);
    }
    if (outcome === 'ok') return;
    this.#failedCalls += 1;
    const isKnown = this.#errors.has(outcome) || this.#errors.size < MAX_ERROR_CODES;
    const code = isKnown ? outcome : 'other';
    this.#errors.set(code, (this.#errors.get(code) ?? 0) + 1);
  }

  get record(): HostPlugin {
    return {
      ...this.#about,
      ids: [...this.#ids],
      calls: this.#calls,
      failedCalls: this.#failedCalls,
      errors: Object.fromEntries(this.#errors),
      fuelUsed: this.#fuelUsed,
      timeMs: Math.round(this.#timeMs * 1000) / 1000,
      queueMs: Math.round(this.#queueMs * 1000) / 1000,
      peakMemoryBytes: this.#peakMemoryBytes,
      deniedCalls: this.#deniedCalls,
    };
  }
}
