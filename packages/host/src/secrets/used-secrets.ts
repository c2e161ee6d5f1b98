import type { SecretStore } from '@testbench/types/stores';
import type { PermissionSet } from '@testbench/sandbox';

import { MAX_MASKED_SECRETS } from '../limits.js';
import { SecretMatcher } from './secret-matcher.js';

/** The secrets that a mask currently searches for. */
export interface MaskedSecrets {
  readonly matcher: SecretMatcher;
  /** Characters of the longest secret; 0 if there is none. */
  readonly longest: number;
}

interface Entry {
  readonly value: string;
  /** Where it may be sent. */
  readonly hosts: PermissionSet;
}

/** Replaced at every change, so that changes can be detected. */
interface Registry {
  entries: readonly Entry[];
}

const registries = new WeakMap<SecretStore, Registry>();

/**
 * The secrets that were filled in for one plugin, and those that others sent to the same hosts: a server may return in one
 * response what it received in another request.
 *
 * Secrets of other hosts are not searched for; otherwise a plugin could use its own server to test whether a text is one of them.
 */
export class UsedSecrets {
  readonly #own = new Set<string>();
  readonly #all: Registry;

  constructor(store: SecretStore | undefined) {
    const known = store && registries.get(store);
    this.#all = known ?? { entries: [] };
    if (store !== undefined && known === undefined) registries.set(store, this.#all);
  }

  /** Remembers a value that this plugin used; if there are too many, only the most recently used ones are kept. */
  add(value: string, hosts: PermissionSet): void {
    const { entries } = this.#all;
    if (this.#own.has(value) && entries.at(-1)?.value === value) return;
    this.#own.add(value);
    const others = entries.filter((entry) => entry.value !== value);
    this.#all.entries = [...others, { value, hosts }].slice(-MAX_MASKED_SECRETS);
  }

  /** The secrets that may come back from a URL. The result is live: secrets that are used later count from then on. */
  from(url: URL): MaskedSecrets {
    const all = this.#all;
    const own = this.#own;
    let seen: Registry['entries'] | undefined;
    let values: readonly string[] = [];
    let matcher = NONE;
    const refresh = (): void => {
      if (seen === all.entries) return;
      seen = all.entries;
      values = seen
        .filter(({ value, hosts }) => own.has(value) || hosts.allowsRequest(url))
        .map(({ value }) => value);
      matcher = values.length === 0 ? NONE : new SecretMatcher(values);
    };
    return {
      get matcher() {
        refresh();
        return matcher;
      },
      get longest() {
        refresh();
        return Math.max(0, ...values.map(({ length }) => length));
      },
    };
  }
}

const NONE = new SecretMatcher([]);
