import { checkName } from '@testbench/registry/stores';
import { type OptionReaders, readOptions } from '@testbench/types/config';
import { PluginError, StoreError } from '@testbench/types/errors';

import { parseAnswer, readBody, refusalOf } from './answers.js';
import { DEFAULT_REPOSITORIES, MAX_PAGE_BYTES, MAX_PAGES, MAX_REPOSITORIES } from './limits.js';
import { nextPage } from './next-page.js';
import { MACHINE_CLOCK } from './clock.js';
import { RegistryClient } from './registry-client.js';
import { readRegistryOptions, type RegistryOptions } from './registry-options.js';

/** Options of {@link listRepositories}. */
export interface ListRepositoriesOptions {
  /** Maximum number of names, from 1 to 10,000. @default 1000 */
  readonly limit?: number;
  readonly signal?: AbortSignal;
}

const OPTIONS: OptionReaders<ListRepositoriesOptions> = {
  limit: (node) => node.wholeNumber(1, MAX_REPOSITORIES),
  signal: (node) => node.signal(),
};

/**
 * Lists the names of a registry, by `/v2/_catalog`. Many registries do not support it, or only for administrators.
 *
 * @param registry Identifies the registry by its `host`.
 * @returns Names without the host; invalid names are left out.
 * @throws {StoreError} `STORE_NOT_FOUND`, `STORE_UNAUTHORIZED` or `STORE_FORBIDDEN` if the registry does not list them; and as a store does.
 * @throws {ConfigError} For an unknown key or a wrong value.
 * @see https://distribution.github.io/distribution/spec/api/#catalog
 *
 * @example
 * ```ts no-run
 * import { listRepositories } from '@testbench/registry-oci';
 *
 * const names = await listRepositories({ host: 'registry.example.com' }, { limit: 100 });
 * ```
 */
export async function listRepositories(
  registry: RegistryOptions & { readonly host: string },
  given?: ListRepositoriesOptions,
): Promise<readonly string[]> {
  const { limit = DEFAULT_REPOSITORIES, signal } = readOptions<ListRepositoriesOptions>(
    given,
    OPTIONS,
  );
  const settings = readRegistryOptions(registry);
  const client = new RegistryClient(settings, MACHINE_CLOCK);
  const { host } = registry;
  const base = client.baseOf(host);
  const what = `list what "${host}" has`;
  const names = new Set<string>();
  let target: string | undefined = new URL(`/v2/_catalog?n=${limit}`, base).href;
  for (let page = 0; target !== undefined && names.size < limit && page < MAX_PAGES; page += 1) {
    target = await client.exchange(
      { host, name: '', method: 'GET', target, actions: 'pull', what },
      signal === undefined ? {} : { signal },
      async (answer) => {
        if (answer.status !== 200) throw await refusalOf(answer, what);
        const next = nextPage(answer, base, what);
        for (const name of readNames(await readBody(answer, MAX_PAGE_BYTES, what), what)) {
          if (names.size < limit) names.add(name);
        }
        return next;
      },
    );
  }
  return [...names];
}

function readNames(bytes: Uint8Array, what: string): readonly string[] {
  const answer = parseAnswer(bytes, what) as { repositories?: unknown } | null;
  const names = answer?.repositories ?? [];
  if (!Array.isArray(names)) {
    throw new StoreError('STORE_BAD_ANSWER', `Cannot ${what}: "repositories" is not a list`);
  }
  return names.filter((name): name is string => typeof name === 'string' && isName(name));
}

function isName(name: string): boolean {
  try {
    checkName(name);
    return true;
  } catch (error) {
    if (!PluginError.is(error)) throw error;
    return false;
  }
}
