import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

import {
  createEnvSecrets,
  type EnvSecret,
  type ProxyOptions,
  type ProxySettings,
  readEnvFile,
  readProxy,
} from '@testbench/host';
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
  /**
   * An `.env` file with variables for `secrets`, in addition to the environment; relative to the policy's file. Nothing else sees its variables. @default none
   */
  readonly envFile?: string;
  /** An HTTP proxy for the requests of plugins. @default none */
  readonly proxy?: string | ProxyOptions;
}

/**
 * Checks a policy.
 *
 * @throws {ConfigError} `CONFIG_UNKNOWN_KEY` or `CONFIG_INVALID`, with the path of the value at fault.
 */
export function readPolicy(policy: PluginPolicy | undefined): {
  readonly grants: PolicyGrants;
  readonly secrets: ReturnType<typeof createEnvSecrets>;
  readonly proxy: ProxySettings | undefined;
} {
  let grants = new PolicyGrants([]);
  let secrets = createEnvSecrets({});
  let proxy: ProxySettings | undefined;
  const { secrets: named, envFile } = readOptions<PluginPolicy>(
    policy,
    {
      plugins: (node) => {
        const plugins = node.value as readonly PolicyEntry[];
        grants = new PolicyGrants(plugins, node.path);
        return plugins;
      },
      secrets: (node) => {
        const rules = node.value as NonNullable<PluginPolicy['secrets']>;
        secrets = createEnvSecrets(rules);
        return rules;
      },
      envFile: (node) => node.text(),
      proxy: (node) => {
        proxy = readProxy(node.value as string | ProxyOptions, node.path);
        return node.value as string | ProxyOptions;
      },
    },
    'policy',
  );
  if (envFile !== undefined) {
    secrets = createEnvSecrets(named ?? {}, environmentWith(envFile, named ?? {}));
  }
  return { grants, secrets, proxy };
}

/**
 * The variables of secrets, from the environment or from a file.
 *
 * @throws {ConfigError} `CONFIG_INVALID` as `readEnvFile`; if both have a variable, with different values: either choice would be a silent one.
 */
function environmentWith(
  file: string,
  secrets: Readonly<Record<string, EnvSecret>>,
): Readonly<Record<string, string | undefined>> {
  const path = 'policy.envFile';
  const own = readEnvFile(file, path);
  const variables = Object.entries(secrets).map(([name, { env = name }]) => env);
  const environment: Record<string, string | undefined> = {};
  for (const name of variables) {
    const fallback = Object.hasOwn(own, name) ? own[name] : undefined;
    const set = process.env[name];
    if (set !== undefined && fallback !== undefined && set !== fallback) {
      throw new ConfigError(
        'CONFIG_INVALID',
        path,
        `Cannot use "${file}": "${name}" has another value in the environment; unset it there, or remove it from the file`,
      );
    }
    // Read at each use, as without a file.
    Object.defineProperty(environment, name, {
      get: () => process.env[name] ?? fallback,
      enumerable: true,
      configurable: true,
    });
  }
  return environment;
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
    const { envFile } = new ConfigNode(policy, 'policy').object();
    // The folder of the process is another one wherever the policy is used from.
    if (typeof envFile === 'string' && envFile !== '') {
      policy = { ...policy, envFile: resolve(dirname(path), envFile) };
    }
    readPolicy(policy);
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
