import {
  formatReference,
  type OciReference,
  parseReference,
  type PluginStore,
} from '@testbench/types/stores';

import type { CliIo } from './cli-io.js';
import {
  readRegistrySettings,
  type RegistryFlagValues,
  type RegistrySetup,
} from './registry-settings.js';
import { UsageError } from './usage-error.js';

/**
 * The registry of a host, with the credentials that `docker login` keeps, or those of a file. The client is loaded at the first
 * request, so that commands without a reference start quickly.
 *
 * @param host Default host of names without one. @default none
 */
export function registryStore(setup: RegistrySetup = {}, host?: string): PluginStore {
  const { credentialsFile, ...options } = setup;
  let opened: Promise<PluginStore> | undefined;
  const open = (): Promise<PluginStore> =>
    (opened ??= import('@testbench/registry-oci').then(({ dockerCredentials, openRegistry }) =>
      openRegistry({
        credentials: dockerCredentials(credentialsFile),
        ...options,
        ...(host !== undefined && { host }),
      }),
    ));
  return {
    specificationVersion: 'v1',
    list: async (...given) => await (await open()).list(...given),
    resolve: async (...given) => await (await open()).resolve(...given),
    readManifest: async (...given) => await (await open()).readManifest(...given),
    readLayer: async (...given) => await (await open()).readLayer(...given),
    read: async (...given) => await (await open()).read(...given),
    write: async (...given) => await (await open()).write(...given),
    attach: async (...given) => await (await open()).attach(...given),
    referrers: async (...given) => await (await open()).referrers(...given),
  };
}

/** The registry of a reference, reached according to file and flags. Names begin with the host. */
export async function storeOf(
  io: CliIo,
  flags: RegistryFlagValues,
  { host }: OciReference,
): Promise<PluginStore> {
  const settings = await readRegistrySettings(io, flags, [host]);
  return registryStore(settings.setupOf(host));
}

/** @throws {UsageError} Unless it is one. @throws {StoreError} `STORE_INVALID_REFERENCE`. */
export function readOciReference(text: string, command: string): OciReference {
  const reference = parseReference(text);
  if (reference.kind === 'oci') return reference;
  throw new UsageError(`<reference> is ${JSON.stringify(text)}, expected oci://host/name`, command);
}

/** The same artifact by its digest alone. */
export function pinned({ host, name }: OciReference, digest: string): string {
  return formatReference({ kind: 'oci', host, name, digest });
}
