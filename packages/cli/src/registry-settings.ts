import { readFile, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

import type { RegistryOptions } from '@testbench/registry-oci';
import { parseJsonText } from '@testbench/types';
import { ConfigNode } from '@testbench/types/config';
import { ConfigError, PluginError } from '@testbench/types/errors';

import type { CliIo } from './cli-io.js';
import type { FlagValues } from './command-line/flags.js';
import type { REGISTRY_PLACE_FLAGS } from './flags/registry.js';

/** The file that says where plugins come from. */
export const REGISTRIES_FILE = 'testbench.registries.json';
/** Default of a project without registries: plugins published on this machine. */
export const LOCAL_STORE = join('.testbench', 'store');
/** Keys that describe how to reach a registry. */
const REACH_KEYS = [
  'plainHttp',
  'ca',
  'trustedHosts',
  'credentials',
  'proxy',
  'transferTimeoutMs',
] as const;
/** One day, as in `openRegistry`. */
const MAX_TRANSFER_TIMEOUT_MS = 24 * 3_600_000;

/** Registry options of the command line. */
export type RegistryFlagValues = Partial<FlagValues<typeof REGISTRY_PLACE_FLAGS>>;

/** How a registry is reached. */
export type RegistrySetup = Omit<RegistryOptions, 'host' | 'credentials'> & {
  /** A file as `docker login` writes it. @default Docker's own */
  readonly credentialsFile?: string;
};

/** A registry: a host, or the folder of an image layout. */
type RegistryPlace = { readonly host: string } | { readonly folder: string };

/** The registries, which names come from which, and how to reach each. */
export interface RegistrySettings {
  /** By the names that lockfiles keep. */
  readonly registries: ReadonlyMap<string, RegistryPlace>;
  readonly namespaces: Readonly<Record<string, string>>;
  readonly fallback: string | undefined;
  /** Settings of a host; defaults for one that is not described. */
  setupOf(host: string): RegistrySetup;
}

/**
 * Reads registry settings from the file; flags take precedence.
 *
 * Flags such as `--ca` apply to one host: that of the given references, or else the only one in the file. With several hosts, a
 * password or a private authority could go to the wrong one.
 *
 * @param named Hosts that references name.
 * @throws {ConfigError} For a wrong file or flag, and for flags that could apply to several hosts, or none.
 */
export async function readRegistrySettings(
  io: CliIo,
  flags: RegistryFlagValues,
  named: Iterable<string> = [],
): Promise<RegistrySettings> {
  const path = resolve(io.cwd, flags.registries ?? REGISTRIES_FILE);
  const value = await readJson(path, flags.registries !== undefined);
  const setups = new Map<string, RegistrySetup>();
  const registries = new Map<string, RegistryPlace>();
  let namespaces: Record<string, string> = {};
  let fallback: string | undefined;
  if (value === undefined) {
    registries.set('local', { folder: join(io.cwd, LOCAL_STORE) });
    fallback = 'local';
  } else {
    const fields = new ConfigNode(value).fields(['registries', 'namespaces', 'fallback']);
    for (const [id, place] of Object.entries(fields.required('registries').object())) {
      registries.set(
        id,
        await readPlace(new ConfigNode(place, `registries.${id}`), io, dirname(path), setups),
      );
    }
    const spaces = Object.entries(fields.optional('namespaces')?.object() ?? {});
    namespaces = Object.fromEntries(
      spaces.map(([name, id]) => [name, new ConfigNode(id, `namespaces.${name}`).text()]),
    );
    fallback = fields.optional('fallback')?.text();
  }
  const own = await readReach(io.cwd, flagsAsReach(flags), '--');
  if (own !== undefined) {
    const host = chooseHost(new Set(named), registries);
    setups.set(host, { ...setups.get(host), ...own(host) });
  }
  return { registries, namespaces, fallback, setupOf: (host) => setups.get(host) ?? {} };
}

/** The host that flags are about. */
function chooseHost(
  named: ReadonlySet<string>,
  registries: ReadonlyMap<string, RegistryPlace>,
): string {
  const known = [...registries.values()].flatMap((place) => ('host' in place ? [place.host] : []));
  const hosts = named.size > 0 ? [...named] : [...new Set(known)];
  const [host] = hosts;
  if (host !== undefined && hosts.length === 1) return host;
  const state =
    host === undefined
      ? 'no registry is asked'
      : `they could mean ${hosts.join(' or ')}; say it in ${REGISTRIES_FILE}, for each registry`;
  throw new ConfigError(
    'CONFIG_INVALID',
    '',
    `Cannot use --ca, --plain-http, --trusted-host, --credentials or --proxy: ${state}`,
  );
}

async function readPlace(
  node: ConfigNode,
  { cwd }: CliIo,
  folder: string,
  setups: Map<string, RegistrySetup>,
): Promise<RegistryPlace> {
  const isText = typeof node.value === 'string';
  const fields = isText ? undefined : node.fields(['location', ...REACH_KEYS]);
  const location = fields?.required('location') ?? node;
  const host = /^oci:\/\/([^/]+)\/?$/.exec(location.text())?.[1]?.toLowerCase();
  const given = Object.fromEntries(
    REACH_KEYS.map((key) => [key, fields?.optional(key)]).filter(([, one]) => one !== undefined),
  ) as Reach;
  if (host === undefined) {
    const [key] = Object.keys(given);
    if (key !== undefined) location.reject('oci://host, since a folder is not reached by network');
    return { folder: resolve(cwd, location.text()) };
  }
  const setup = await readReach(folder, given, `${node.path}.`);
  if (setup !== undefined) setups.set(host, setup(host));
  return { host };
}

type Reach = Partial<Record<(typeof REACH_KEYS)[number], ConfigNode>>;

function flagsAsReach(flags: RegistryFlagValues): Reach {
  const { plainHttp, ca, trustedHost, credentials, proxy } = flags;
  const given = {
    plainHttp: plainHttp === true ? true : undefined,
    ca,
    trustedHosts: trustedHost,
    credentials,
    proxy,
  };
  return Object.fromEntries(
    Object.entries(given)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => [key, new ConfigNode(value, `--${key}`)]),
  );
}

/** The only reader of connection settings. @returns undefined if there are none. */
async function readReach(
  folder: string,
  { plainHttp, ca, trustedHosts, credentials, proxy, transferTimeoutMs }: Reach,
  prefix: string,
): Promise<((host: string) => RegistrySetup) | undefined> {
  const given = [plainHttp, ca, trustedHosts, credentials, proxy, transferTimeoutMs];
  if (given.every((node) => node === undefined)) return undefined;
  const hosts = trustedHosts?.list().map((node) => node.text());
  const pem = ca && (await readText(resolve(folder, ca.text()), `${prefix}ca`));
  const file = credentials && resolve(folder, credentials.text());
  // A missing file would mean anonymous access by mistake.
  if (file !== undefined) await readText(file, `${prefix}credentials`);
  const isPlain = plainHttp?.boolean();
  const proxyUrl = proxy?.text();
  const timeoutMs = transferTimeoutMs?.wholeNumber(1, MAX_TRANSFER_TIMEOUT_MS);
  return (host) => ({
    ...(isPlain !== undefined && { plainHttp: isPlain ? [host] : [] }),
    ...(hosts !== undefined && { trustedHosts: hosts }),
    ...(pem !== undefined && {
      certificateAuthorities: [
        { hosts: [host, ...(hosts ?? [])].map((one) => `https://${one}`), ca: pem },
      ],
    }),
    ...(file !== undefined && { credentialsFile: file }),
    ...(proxyUrl !== undefined && { proxy: proxyUrl }),
    ...(timeoutMs !== undefined && { transferTimeoutMs: timeoutMs }),
  });
}

async function readText(path: string, what: string): Promise<string> {
  try {
    const { size } = await stat(path);
    if (size <= MAX_FILE_BYTES) return await readFile(path, 'utf8');
    throw unreadable(path, what, `it has ${size} bytes, limit is ${MAX_FILE_BYTES}`);
  } catch (cause) {
    if (cause instanceof ConfigError) throw cause;
    throw unreadable(path, what, (cause as NodeJS.ErrnoException).code ?? String(cause), cause);
  }
}

/** A bundle of all public authorities takes 250 kB. */
const MAX_FILE_BYTES = 4 * 1024 * 1024;

function unreadable(path: string, what: string, state: string, cause?: unknown): ConfigError {
  return new ConfigError(
    'CONFIG_INVALID',
    '',
    `Cannot read ${what}, ${JSON.stringify(path)}: ${state}`,
    { cause },
  );
}

/** @returns undefined if the file does not exist, unless it must. */
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
