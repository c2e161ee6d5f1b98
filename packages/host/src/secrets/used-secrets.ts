import { MAX_MASKED_SECRETS } from '../limits.js';
import type { SecretStore } from './secret-store.js';

const registries = new WeakMap<SecretStore, UsedSecrets>();

/**
 * Every secret that was filled in out of a store, for whichever plugin: a server may give back in one answer what it got in
 * another request.
 */
export class UsedSecrets {
  /** In the order of their first use. */
  readonly #order: string[] = [];
  /** Longest first: one secret may begin with another. */
  #values: readonly string[] = [];

  /** The one of a store; one of its own for no store. */
  static of(store: SecretStore | undefined): UsedSecrets {
    if (store === undefined) return new UsedSecrets();
    const known = registries.get(store);
    if (known !== undefined) return known;
    const made = new UsedSecrets();
    registries.set(store, made);
    return made;
  }

  /** Values, longest first. */
  get values(): readonly string[] {
    return this.#values;
  }

  /** Remembers a value; of very many, those that were used last. */
  add(value: string): void {
    if (this.#values.includes(value)) return;
    this.#order.push(value);
    if (this.#order.length > MAX_MASKED_SECRETS) this.#order.shift();
    this.#values = [...this.#order].sort((left, right) => right.length - left.length);
  }
}
