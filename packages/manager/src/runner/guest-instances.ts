import type { PluginMetadata } from '@testbench/types';

import { checkMetadata } from './check-metadata.js';
import { type CallBudget, freshInstanceFailure } from './fresh-instance.js';
import { GuestInstance, type GuestParts } from './guest-instance.js';

/**
 * The instances of one version of a plugin on one thread: opens them on demand, keeps those that can serve another
 * call, and drops the others.
 */
export class GuestInstances {
  /** Name of the wire protocol. */
  readonly contract: string;
  /** True if the plugin takes several inputs at once. */
  readonly hasBatch: boolean;
  /** True if the plugin may have to be suspended. */
  readonly waits: boolean;
  readonly #idle: GuestInstance[];

  private constructor(
    readonly parts: GuestParts,
    /** The metadata that the plugin reported first. */
    readonly metadata: PluginMetadata,
    /** Instances that are kept while no call needs them. */
    readonly maxIdle: number,
    first: GuestInstance,
  ) {
    this.contract = first.instance.contract;
    this.hasBatch = first.instance.hasBatch;
    this.waits = first.instance.waits;
    this.#idle = [first];
  }

  /**
   * Opens the first instance and reads its metadata.
   *
   * @returns A promise only for a plugin that waits.
   * @throws {LoadError}
   */
  static load(parts: GuestParts, maxIdle: number): GuestInstances | Promise<GuestInstances> {
    const first = new GuestInstance(parts);
    const metadata = first.instance.readMetadata();
    const started = first.init();
    const loaded = (): GuestInstances => new GuestInstances(parts, metadata, maxIdle, first);
    return started === undefined ? loaded() : started.then(() => loaded());
  }

  /** Takes an idle instance. @returns undefined if there is none: {@link open} one. */
  take(): GuestInstance | undefined {
    return this.#idle.pop();
  }

  /**
   * Opens a fresh instance, within the limits of the call that needs it.
   *
   * @returns A promise only for a plugin that waits.
   * @throws {CallError}
   */
  open(budget: CallBudget): GuestInstance | Promise<GuestInstance> {
    try {
      const guest = new GuestInstance(this.parts, budget.step);
      const { instance } = guest;
      budget.spend(instance);
      // It must not report different metadata now: its outputs would be checked against another shape.
      checkMetadata(instance.readMetadata(budget.step), this.metadata);
      budget.spend(instance);
      const started = guest.init(budget.step);
      if (started !== undefined) {
        return started.then(
          () => {
            budget.spend(instance);
            return guest;
          },
          (cause: unknown) => {
            throw freshInstanceFailure(cause);
          },
        );
      }
      budget.spend(instance);
      return guest;
    } catch (cause) {
      throw freshInstanceFailure(cause);
    }
  }

  /** Takes back an instance after a call; it is dropped if it cannot serve another call, or if there are already enough. */
  release(guest: GuestInstance): void {
    if (this.#idle.length < this.maxIdle && guest.renew()) this.#idle.push(guest);
  }

  /** Drops the instances that no call is using. */
  discard(): void {
    this.#idle.length = 0;
  }

  /** Shuts down all idle instances. @returns undefined if they were already notified. */
  shutdown(): Promise<void> | undefined {
    const waiting = this.#idle.splice(0).flatMap((guest) => guest.shutdown() ?? []);
    return waiting.length === 0 ? undefined : Promise.all(waiting).then(() => undefined);
  }
}
