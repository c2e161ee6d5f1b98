import type { RegistryOptions } from '@testbench/registry-oci';
import { parseReference, type PluginStore } from '@testbench/types/stores';

/** How registries are reached. */
export type RegistrySetup = Pick<
  RegistryOptions,
  'plainHttp' | 'trustedHosts' | 'certificateAuthorities'
>;

/**
 * The registries, with the credentials that `docker login` keeps. What talks to them is loaded at the first question, so that
 * commands without a reference start as quickly as before.
 */
export function registryStore(setup: RegistrySetup = {}): PluginStore {
  let opened: Promise<PluginStore> | undefined;
  const open = (): Promise<PluginStore> =>
    (opened ??= import('@testbench/registry-oci').then(({ dockerCredentials, openRegistry }) =>
      openRegistry({ credentials: dockerCredentials(), ...setup }),
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

/** True for `oci://…`. @throws {StoreError} `STORE_INVALID_REFERENCE`. */
export function isStoreReference(text: string): boolean {
  return parseReference(text).kind === 'oci';
}
