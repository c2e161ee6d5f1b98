import type { PluginStore } from '@testbench/types/stores';

/** A part of a store that behaves like an empty store: one registry serves a whole suite. */
export function prefixedStore(store: PluginStore, prefix: string): PluginStore {
  const add = <Value extends { readonly name: string }>(value: Value): Value => ({
    ...value,
    name: value.name === '' ? '' : `${prefix}/${value.name}`,
  });
  const strip = <Value extends { readonly name: string }>(value: Value): Value => ({
    ...value,
    name: value.name.slice(prefix.length + 1),
  });
  return {
    specificationVersion: 'v1',
    list: (name, options) => store.list(add({ name }).name, options),
    resolve: async (query, options) => strip(await store.resolve(add(query), options)),
    readManifest: (subject, options) => store.readManifest(add(subject), options),
    readLayer: (name, layer, options) => store.readLayer(add({ name }).name, layer, options),
    read: (subject, options) => store.read(add(subject), options),
    write: async (artifact, options) => strip(await store.write(add(artifact), options)),
    attach: async (subject, attachment, options) =>
      strip(await store.attach(add(subject), attachment, options)),
    referrers: async (subject, type, options) =>
      (await store.referrers(add(subject), type, options)).map(strip),
  };
}
