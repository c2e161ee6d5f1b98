import { readFile } from 'node:fs/promises';

import { createEnvSecrets, type EnvSecret } from '@testbench/host';
import { PolicyGrants, type PolicyEntry, type PolicySubject } from '@testbench/sandbox';
import { parseJsonText, type Permissions } from '@testbench/types';
import { ConfigNode, readOptions } from '@testbench/types/config';
import { ConfigError, PluginError } from '@testbench/types/errors';

/** The grants of plugins, and the available secrets: the content of a policy file. */
export interface PluginPolicy {
  /** Grants by name and digest. @default none */
  readonly plugins?: readonly PolicyEntry[];
  /** Secrets in environment variables, by the name that plugins use. @default none */
  readonly secrets?: Readonly<Record<string, EnvSecret>>;
}

/**
 * Checks a policy.
 *
 * @throws {ConfigError} `CONFIG_UNKNOWN_KEY` or `CONFIG_INVALID`, with the path of the value at fault.
 */
export function readPolicy(policy: PluginPolicy | undefined): {
  readonly grants: PolicyGrants;
  readonly secrets: ReturnType<typeof createEnvSecrets>;
} {
  let grants = new PolicyGrants([]);
  let secrets = createEnvSecrets({});
  readOptions<PluginPolicy>(
    policy,
    {
      plugins: (node) => {
        const plugins = node.value as readonly PolicyEntry[];
        grants = new PolicyGrants(plugins, node.path);
        return plugins;
      },
      secrets: (node) => {
        const named = node.value as NonNullable<PluginPolicy['secrets']>;
        secrets = createEnvSecrets(named);
        return named;
      },
    },
    'policy',
  );
  return { grants, secrets };
}

/**
 * Reads a policy from a JSON file and checks it.
 *
 * @throws {ConfigError} `CONFIG_INVALID` if it cannot be read or is not JSON; otherwise as for a policy's values. The message names the
 *   file.
 *
 * @example
 * ```ts no-run
 * import { loadPolicy, PluginManager } from '@testbench/manager';
 *
 * const manager = new PluginManager({ policy: await loadPolicy('policy.json') });
 * ```
 */
export async function loadPolicy(path: string): Promise<PluginPolicy> {
  let policy: PluginPolicy;
  try {
    policy = parseJsonText(await readFile(path)) as PluginPolicy;
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    throw inFile(
      path,
      new ConfigError('CONFIG_INVALID', '', PluginError.is(cause) ? message : (code ?? message)),
    );
  }
  try {
    readPolicy(new ConfigNode(policy, 'policy').object());
  } catch (cause) {
    throw cause instanceof ConfigError ? inFile(path, cause) : cause;
  }
  return policy;
}

/**
 * What a policy grants a plugin.
 *
 * @param plugin Its name in the metadata, and the digest of its module.
 * @throws {ConfigError} As for a policy's values.
 */
export function permissionsFor(policy: PluginPolicy, plugin: PolicySubject): Permissions {
  return readPolicy(policy).grants.grantsFor(plugin).granted;
}

function inFile(file: string, cause: ConfigError): ConfigError {
  const message = `Cannot use policy ${JSON.stringify(file)}: ${cause.message}`;
  return new ConfigError(cause.code, cause.path, message, { cause });
}
