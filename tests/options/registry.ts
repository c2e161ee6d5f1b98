import { discoverPlugins } from '@testbench/registry';
import { PluginCatalogue } from '@testbench/registry/catalogue';
import {
  findPlugin,
  installPlugins,
  outdatedPlugins,
  pinPlugin,
  publishPlugin,
  RegistryMap,
  uninstallPlugins,
  updatePlugins,
  watchUpdates,
} from '@testbench/registry/install';
import { createMemoryStore } from '@testbench/registry/stores';
import { listRepositories, openRegistry } from '@testbench/registry-oci';
import {
  createVerifier,
  listClaims,
  parseTrustRules,
  type SigningKey,
  signRelease,
  verifyBundle,
} from '@testbench/trust';

import type { OptionRow } from './option-row.js';
import { bytes, folder, artifact } from './subjects.js';

const project = { folder, registries: new RegistryMap({ registries: {} }) };

/** `registry`, `registry-oci` and `trust`. */
export const REGISTRY_OPTIONS: Readonly<Record<string, OptionRow>> = {
  'trust:VerifierOptions': {
    base: { rules: parseTrustRules({}) },
    calls: {
      createVerifier: (options) => createVerifier(options),
      listClaims: (options) => listClaims(artifact, [], options),
    },
  },
  'trust:VerifyBundleOptions': {
    base: { artifact: artifact.digest },
    calls: { verifyBundle: (options) => verifyBundle(bytes, options) },
  },
  'trust:SignOptions': {
    calls: { signRelease: (options) => signRelease(artifact, {} as SigningKey, options) },
  },
  'registry:DiscoverOptions': {
    calls: { discoverPlugins: (options) => discoverPlugins([], options) },
  },
  'registry-oci:ListRepositoriesOptions': {
    calls: { listRepositories: (options) => listRepositories({ host: 'localhost:1' }, options) },
  },
  'registry-oci:RegistryOptions': { calls: { openRegistry: (options) => openRegistry(options) } },
  'registry/catalogue:CatalogueOptions': {
    calls: { 'PluginCatalogue.open': (options) => PluginCatalogue.open(options) },
  },
  'registry/install:RegistryMapOptions': {
    base: { registries: {} },
    calls: { RegistryMap: (options) => new RegistryMap(options) },
  },
  'registry/install:ProjectOptions': {
    base: project,
    calls: { outdatedPlugins: (options) => outdatedPlugins(options) },
  },
  'registry/install:InstallOptions': {
    base: project,
    calls: { installPlugins: (options) => installPlugins(options) },
  },
  'registry/install:UpdateOptions': {
    base: project,
    calls: { updatePlugins: (options) => updatePlugins(options) },
  },
  'registry/install:NamedPluginsOptions': {
    base: { ...project, plugins: [] },
    calls: { uninstallPlugins: (options) => uninstallPlugins(options) },
  },
  'registry/install:PinOptions': {
    base: { ...project, plugin: 'none' },
    calls: { pinPlugin: (options) => pinPlugin(options) },
  },
  'registry/install:PublishOptions': {
    base: { store: createMemoryStore(), bytes },
    calls: { publishPlugin: (options) => publishPlugin(options) },
  },
  'registry/install:FindPluginOptions': {
    base: { registries: project.registries, cacheFolder: '/nowhere' },
    calls: { findPlugin: (options) => findPlugin('none', options) },
  },
  'registry/install:WatchUpdatesOptions': {
    base: { ...project, onOutdated: () => {} },
    calls: { watchUpdates: (options) => watchUpdates(options) },
  },
};
