import { ConfigError, type Permissions, rejectUnknownKeys } from '@testbench/types';

/** Each permission, and the list that says what it covers. */
const LISTS = {
  filesystem: 'allowedDirs',
  network: 'allowedHosts',
  envVars: 'allowedEnv',
} as const satisfies Partial<Record<keyof Permissions, keyof Permissions>>;

const KEYS = [...Object.keys(LISTS), ...Object.values(LISTS)];

/**
 * What one plugin is granted, and the questions that host functions ask of it.
 *
 * The default is nothing. A permission and its list go together: `envVars: true` without
 * `allowedEnv`, or the list without the permission, is a mistake that would grant more or less than
 * its author thought, so both are refused.
 *
 * @example
 * ```ts
 * import { PermissionSet } from '@testbench/sandbox';
 *
 * const granted = new PermissionSet({ envVars: true, allowedEnv: ['LANG'] });
 * granted.allowsEnv('LANG'); // => true
 * granted.allowsEnv('HOME'); // => false
 * ```
 */
export class PermissionSet {
  readonly #env: ReadonlySet<string>;

  /**
   * @param granted What the host grants; copied.
   * @throws {ConfigError} `CONFIG_UNKNOWN_KEY`, or `CONFIG_INVALID` where a permission and its list do not go together.
   */
  constructor(granted: Permissions = {}) {
    rejectUnknownKeys(granted, KEYS, 'permissions');
    for (const [permission, list] of Object.entries(LISTS) as [
      keyof typeof LISTS,
      (typeof LISTS)[keyof typeof LISTS],
    ][]) {
      checkPair(granted, permission, list);
    }
    this.#env = new Set(granted.envVars === true ? granted.allowedEnv : []);
  }

  /** True if the plugin may read the environment variable `name`; names are compared exactly. */
  allowsEnv(name: string): boolean {
    return this.#env.has(name);
  }
}

function checkPair(
  granted: Permissions,
  permission: keyof typeof LISTS,
  list: (typeof LISTS)[keyof typeof LISTS],
): void {
  const flag: unknown = granted[permission];
  const items: unknown = granted[list];
  if (flag !== undefined && typeof flag !== 'boolean') {
    invalid(`permissions.${permission}`, 'expected true or false');
  }
  if (
    items !== undefined &&
    !(Array.isArray(items) && items.every((item) => typeof item === 'string' && item !== ''))
  ) {
    invalid(`permissions.${list}`, 'expected a list of non-empty strings');
  }
  if (flag === true && items === undefined) {
    invalid(`permissions.${permission}`, `it needs "${list}", the list of what it covers`);
  }
  if (flag !== true && items !== undefined) {
    invalid(`permissions.${list}`, `it needs "${permission}: true"`);
  }
}

function invalid(path: string, state: string): never {
  throw new ConfigError('CONFIG_INVALID', path, `Cannot grant "${path}": ${state}`);
}
