import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import {
  type InstallEvent,
  listInstalled,
  type ProjectOptions,
  RegistryMap,
} from '@testbench/registry/install';
import { openLayoutStore } from '@testbench/registry/stores';
import { dockerCredentials, openRegistry } from '@testbench/registry-oci';
import { createVerifier, parseTrustRules } from '@testbench/trust';
import { parseJsonText } from '@testbench/types';
import { ConfigNode } from '@testbench/types/config';
import { ConfigError, PluginError } from '@testbench/types/errors';
import { type PluginStore, parseReference, type Verifier } from '@testbench/types/stores';

import type { CliIo } from './cli-io.js';
import { TransferBar } from './render/transfer-bar.js';

const REGISTRIES_FILE = 'testbench.registries.json';
const RULES_FILE = 'testbench-trust.json';
/** Of a project that names no registry: plugins that were published on this machine. */
const LOCAL_STORE = join('.testbench', 'store');
/** A registry of which only a reference or the lockfile has told. */
const HOST = /^[a-z0-9.-]+(?::\d+)?$/;

/** Flags that say what a project is. */
export interface ProjectFlags {
  readonly registries: string | undefined;
  readonly rules?: string | undefined;
  readonly yes?: boolean;
  readonly allowDowngrade?: boolean;
  readonly json: boolean;
}

/** What a user names: a name and range, and the registry if that was said. */
export interface NamedPlugin {
  readonly name: string;
  readonly range?: string;
  readonly registry?: string;
}

interface RegistriesFile {
  readonly registries: Record<string, PluginStore>;
  readonly namespaces: Record<string, string>;
  readonly fallback: string | undefined;
}

/**
 * Reads `team/exact-match`, `team/exact-match@^1.2` or `oci://host/team/exact-match@^1.2`.
 *
 * @throws {ConfigError} For a path. @throws {StoreError} `STORE_INVALID_REFERENCE`.
 */
export function readNamedPlugin(text: string): NamedPlugin {
  const reference = parseReference(text);
  if (reference.kind === 'oci') {
    const { host, name, tag, range = tag } = reference;
    return { name, registry: host, ...(range !== undefined && { range }) };
  }
  if (reference.kind === 'name') {
    const { name, range } = reference;
    return { name, ...(range !== undefined && { range }) };
  }
  // A name with a slash and no range looks like a path.
  const named = parseReference(`${text}@*`);
  if (named.kind === 'name' && !text.startsWith('.')) return { name: named.name };
  throw new ConfigError(
    'CONFIG_INVALID',
    '',
    `Cannot look up ${JSON.stringify(text)}: expected a name such as team/exact-match@^1.2, or oci://host/name`,
  );
}

/**
 * Does something with the project of the working directory, and shows what is transferred.
 *
 * @param named What the user names with a registry: a host that the file does not have is opened for these names alone.
 */
export async function withProject<Result>(
  io: CliIo,
  flags: ProjectFlags,
  work: (project: ProjectOptions) => Promise<Result>,
  named: readonly NamedPlugin[] = [],
): Promise<Result> {
  const registries = await openRegistries(io, flags.registries, named);
  const verifier = await openVerifier(io, flags.rules);
  const bar = new TransferBar(io.stderr, flags.json);
  try {
    return await work({
      folder: io.cwd,
      registries,
      ...(verifier !== undefined && { verifier }),
      consent: () => flags.yes === true,
      allowDowngrade: flags.allowDowngrade === true,
      signal: io.signal,
      onEvent: (event: InstallEvent) => bar.show(event),
    });
  } finally {
    bar.clear();
  }
}

/** The registries of the project, and those of the lockfile and of references that are not among them. */
export async function openRegistries(
  io: CliIo,
  file: string | undefined,
  named: readonly NamedPlugin[] = [],
): Promise<RegistryMap> {
  const { registries, namespaces, fallback } = await readRegistries(io, file);
  const locked = await listInstalled(io.cwd);
  for (const { name, registry } of [...locked, ...named]) {
    if (registry === undefined || Object.hasOwn(registries, registry)) continue;
    const space = name.includes('/') ? name.slice(0, name.indexOf('/')) : '';
    // One that is mapped never comes from elsewhere, and the map says so.
    if (!HOST.test(registry) || Object.hasOwn(namespaces, space)) continue;
    registries[registry] = openHost(registry);
    namespaces[name] ??= registry;
  }
  const only = Object.keys(registries).length === 1 ? Object.keys(registries)[0] : undefined;
  const last = fallback ?? only;
  return new RegistryMap({ registries, namespaces, ...(last !== undefined && { fallback: last }) });
}

async function readRegistries(io: CliIo, file: string | undefined): Promise<RegistriesFile> {
  const path = resolve(io.cwd, file ?? REGISTRIES_FILE);
  const value = await readJson(path, file !== undefined);
  if (value === undefined) {
    const registries = { local: openLayoutStore(join(io.cwd, LOCAL_STORE)) };
    return { registries, namespaces: {}, fallback: 'local' };
  }
  const fields = new ConfigNode(value).fields(['registries', 'namespaces', 'fallback']);
  const places = Object.entries(fields.required('registries').object());
  const registries = Object.fromEntries(
    places.map(([id, place]) => {
      const text = new ConfigNode(place, `registries.${id}`).text();
      const host = /^oci:\/\/([^/]+)\/?$/.exec(text)?.[1];
      return [id, host === undefined ? openLayoutStore(resolve(io.cwd, text)) : openHost(host)];
    }),
  );
  const namespaces = Object.fromEntries(
    Object.entries(fields.optional('namespaces')?.object() ?? {}).map(([name, id]) => [
      name,
      new ConfigNode(id, `namespaces.${name}`).text(),
    ]),
  );
  return { registries, namespaces, fallback: fields.optional('fallback')?.text() };
}

function openHost(host: string): PluginStore {
  return openRegistry({ host, credentials: dockerCredentials() });
}

/** Without rules nobody is asked, and nothing of what the lockfile says of signers is taken on trust. */
async function openVerifier(io: CliIo, file: string | undefined): Promise<Verifier | undefined> {
  const value = await readJson(resolve(io.cwd, file ?? RULES_FILE), file !== undefined);
  return value === undefined ? undefined : createVerifier({ rules: parseTrustRules(value) });
}

/** @returns undefined if there is no such file, unless there must be one. */
async function readJson(path: string, mustExist: boolean): Promise<unknown> {
  try {
    return parseJsonText(await readFile(path));
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' && !mustExist) return undefined;
    const state = PluginError.is(cause) ? message : (code ?? message);
    throw new ConfigError('CONFIG_INVALID', '', `Cannot read ${JSON.stringify(path)}: ${state}`, {
      cause,
    });
  }
}
