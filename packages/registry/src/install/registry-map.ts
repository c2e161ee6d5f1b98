import type { PluginStore } from '@testbench/types/stores';
import { ConfigNode, readOptions } from '@testbench/types/config';

import { InstallError } from './install-error.js';
import { isPluginName, namespaceOf } from './plugin-name.js';

/** Which registry a name comes from. A name mapped to one registry is never looked up in another. */
export interface RegistryMapOptions {
  /** Stores by the names that lockfiles use, such as `registry.example.com` or `main`. */
  readonly registries: Readonly<Record<string, PluginStore>>;
  /**
   * Registry by namespace or by whole name: `{ 'team': 'main', 'team/special': 'other', 'exact-match': 'main' }`. The whole name takes
   * precedence.
   *
   * @default none
   */
  readonly namespaces?: Readonly<Record<string, string>>;
  /** Other names of registries, such as their hosts: a reference or a lockfile may use them. @default none */
  readonly aliases?: Readonly<Record<string, string>>;
  /** Registry of all other names. @default the only one, if there is just one */
  readonly fallback?: string;
}

/** A registry and its name. */
export interface NamedRegistry {
  readonly id: string;
  readonly store: PluginStore;
}

/**
 * Decides which registry a plugin comes from, by its name alone: the same name in another registry is never looked at
 * (dependency confusion).
 *
 * @example
 * ```ts no-run
 * import { RegistryMap } from '@testbench/registry/install';
 * import { createMemoryStore } from '@testbench/registry/stores';
 *
 * const registries = { ours: createMemoryStore(), all: createMemoryStore() };
 * const map = new RegistryMap({ registries, namespaces: { team: 'ours' }, fallback: 'all' });
 * map.find('team/exact-match').id; // 'ours'
 * map.find('bleu').id; // 'all'
 * ```
 */
export class RegistryMap {
  readonly #registries: ReadonlyMap<string, PluginStore>;
  readonly #namespaces: ReadonlyMap<string, string>;
  readonly #aliases: ReadonlyMap<string, string>;
  readonly #fallback: string | undefined;

  /** @throws {ConfigError} For an unknown key or a wrong value, such as a namespace whose registry does not exist. */
  constructor(given: RegistryMapOptions) {
    const { registries, namespaces, aliases, fallback } = readOptions<RegistryMapOptions>(
      given,
      {
        registries: (node) =>
          Object.fromEntries(
            Object.entries(node.object()).map(([id, store]) => [
              id,
              new ConfigNode(store, `${node.path}.${id}`).implementation<PluginStore>(
                'list',
                'resolve',
                'read',
                'referrers',
              ),
            ]),
          ),
        namespaces: readTexts,
        aliases: readTexts,
        fallback: (node) => node.text(),
      },
      '',
      ['registries'],
    );
    this.#registries = new Map(Object.entries(registries));
    this.#namespaces = new Map(Object.entries(namespaces ?? {}));
    this.#aliases = new Map(Object.entries(aliases ?? {}));
    const only = this.#registries.size === 1 ? [...this.#registries.keys()][0] : undefined;
    this.#fallback = fallback ?? only;
    for (const [path, id] of [
      ...[...this.#namespaces].map(([name, registry]) => [`namespaces.${name}`, registry] as const),
      ...[...this.#aliases].map(([name, registry]) => [`aliases.${name}`, registry] as const),
      ...(fallback === undefined ? [] : [['fallback', fallback] as const]),
    ]) {
      if (!this.#registries.has(id)) new ConfigNode(id, path).reject('the name of a registry');
    }
  }

  /**
   * The registry of a name.
   *
   * @param wanted The registry that the user named, if any: it must be the one in the map.
   * @throws {InstallError} `INSTALL_WRONG_REGISTRY`.
   */
  find(name: string, wanted?: string): NamedRegistry {
    const id =
      this.#namespaces.get(name) ?? this.#namespaces.get(namespaceOf(name)) ?? this.#fallback;
    if (!isPluginName(name)) {
      throw new InstallError(
        'INSTALL_WRONG_REGISTRY',
        `Cannot look up ${JSON.stringify(String(name).slice(0, 128))}: it is not a name of a plugin`,
      );
    }
    if (id === undefined) {
      throw new InstallError(
        'INSTALL_WRONG_REGISTRY',
        `Cannot look up "${name}": no registry is configured for it`,
        { plugin: name },
      );
    }
    if (wanted !== undefined && (this.#aliases.get(wanted) ?? wanted) !== id) {
      throw new InstallError(
        'INSTALL_WRONG_REGISTRY',
        `Cannot take "${name}" from "${wanted}": it belongs to the registry "${id}"`,
        { plugin: name },
      );
    }
    return { id, store: this.#registries.get(id)! };
  }
}

function readTexts(node: ConfigNode): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(node.object()).map(([name, id]) => [name, new ConfigNode(id, node.path).text()]),
  );
}
