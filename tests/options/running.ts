import { parseBenchmarkConfig } from '@testbench/bench';
import { PluginSystem } from '@testbench/core';
import {
  createEnvSecrets,
  createFileStateStores,
  createHostBinding,
  createHostEffects,
  createMemorySecrets,
  createMemoryStateStore,
  readAuthorities,
  readProxy,
} from '@testbench/host';
import { createFileAccess } from '@testbench/host/files';
import { createHttpClient } from '@testbench/host/http';
import { PluginManager } from '@testbench/manager';
import { attachMeter, meterModule } from '@testbench/metering';
import { createMemoryStore } from '@testbench/registry/stores';
import { compilePlugin, meterPlugin, ModuleCache, PluginInstance } from '@testbench/runtime';
import {
  admitModule,
  checkModule,
  PolicyGrants,
  PermissionSet,
  requireReadable,
} from '@testbench/sandbox';
import { createTestHost } from '@testbench/sdk';
import { createVerifier, parseTrustRules } from '@testbench/trust';

import type { OptionRow } from './option-row.js';
import { bytes, folder, input, manager, config, artifact } from './subjects.js';

const binding = createHostBinding({ pluginId: 'guest' });
const compiled = await compilePlugin(bytes, { maxMemoryBytes: 2 ** 22 });
const instance = new PluginInstance(compiled, { host: binding });
const metered = new WebAssembly.Module(meterModule(bytes).bytes);
const permissions = new PermissionSet();
const policy = { imports: {}, maxMemoryBytes: 2 ** 22 };
const openMetered = (): WebAssembly.Instance => new WebAssembly.Instance(metered);

/** Packages that run a module: `types`, `sandbox`, `metering`, `runtime`, `host`. */
export const RUNNING_OPTIONS: Readonly<Record<string, OptionRow>> = {
  'types:ResourceLimits': {
    prefix: 'limits.',
    calls: {
      PluginManager: (limits) => new PluginManager({ limits }),
      PluginSystem: (limits) => new PluginSystem({ limits }),
      'PluginManager.load': (limits) => manager.load(bytes, { limits }),
      PluginInstance: (limits) => new PluginInstance(compiled, { host: binding, limits }),
      createTestHost: (limits) => createTestHost(bytes, { limits }),
      parseBenchmarkConfig: (limits) => parseBenchmarkConfig({ ...config, limits }),
    },
  },
  'types:Permissions': {
    prefix: 'permissions.',
    calls: {
      PermissionSet: (granted) => new PermissionSet(granted),
      'PluginManager.load': (granted) => manager.load(bytes, { permissions: granted }),
      createTestHost: (granted) => createTestHost(bytes, { permissions: granted }),
    },
  },
  'types/stores:VerifyArtifactOptions': {
    calls: {
      'Verifier.verify': (options) =>
        createVerifier({ rules: parseTrustRules({}) }).verify(artifact, [], options),
    },
  },
  'types/stores:Secret': {
    prefix: 'secrets.A.',
    base: { value: '0123456789', hosts: ['api.example.com'] },
    calls: { createMemorySecrets: (secret) => createMemorySecrets({ A: secret }) },
  },
  'sandbox:AdmissionCaps': {
    prefix: 'caps.',
    calls: {
      requireReadable: (caps) => requireReadable(bytes, caps),
      checkModule: (caps) => checkModule(bytes, { ...policy, caps }),
      PluginManager: (caps) => new PluginManager({ caps }),
    },
  },
  'sandbox:FeatureSet': {
    prefix: 'features.',
    calls: {
      checkModule: (features) => checkModule(bytes, { ...policy, features }),
      PluginManager: (features) => new PluginManager({ features }),
    },
  },
  'sandbox:AdmissionOptions': {
    base: policy,
    calls: {
      checkModule: (options) => checkModule(bytes, options),
      admitModule: (options) => admitModule(bytes, options),
    },
  },
  'sandbox:PolicyEntry': {
    prefix: 'policy.plugins[0].',
    base: { name: 'a', digest: 'any', permissions: {} },
    calls: {
      PolicyGrants: (entry) => new PolicyGrants([entry]),
      PluginManager: (entry) => new PluginManager({ policy: { plugins: [entry] } }),
    },
  },
  'sandbox:DirectoryGrant': {
    prefix: 'permissions.allowedDirs[0].',
    base: { path: '/data', access: 'read-only' },
    calls: {
      PermissionSet: (entry) => new PermissionSet({ filesystem: true, allowedDirs: [entry] }),
    },
  },
  'metering:MeterOptions': { calls: { meterModule: (options) => meterModule(bytes, options) } },
  'metering:CostTable': {
    prefix: 'costs.',
    calls: { meterModule: (costs) => meterModule(bytes, { costs }) },
  },
  'metering:MeterHandler': {
    prefix: 'handler.',
    base: { onSlice: () => 'continue' },
    calls: { attachMeter: (handler) => attachMeter(openMetered(), handler) },
  },
  'runtime:CompileOptions': {
    base: { maxMemoryBytes: 65_536 },
    calls: { compilePlugin: (options) => compilePlugin(bytes, options) },
  },
  'runtime:MeteringForm': {
    base: { maxMemoryPages: 1, resettable: false },
    calls: { meterPlugin: (form) => meterPlugin(bytes, form) },
  },
  'runtime:ModuleCacheOptions': { calls: { ModuleCache: (options) => new ModuleCache(options) } },
  'runtime:InstanceOptions': {
    base: { host: binding },
    calls: { PluginInstance: (options) => new PluginInstance(compiled, options) },
  },
  'runtime:InstanceCallOptions': {
    calls: {
      readMetadata: (options) => instance.readMetadata(options),
      init: (options) => instance.init({}, options),
      initAsync: (options) => instance.initAsync({}, options),
      execute: (options) => instance.execute(input, options),
      executeAsync: (options) => instance.executeAsync(input, options),
      executeRaw: (options) => instance.executeRaw('{}', options),
      shutdown: (options) => instance.shutdown(options),
      shutdownAsync: (options) => instance.shutdownAsync(options),
      health: (options) => instance.health(options),
      healthAsync: (options) => instance.healthAsync(options),
    },
  },
  'host:HostBindingOptions': {
    base: { pluginId: 'guest' },
    calls: { createHostBinding: (options) => createHostBinding(options) },
  },
  'host:HostEffectsOptions': {
    calls: { createHostEffects: (options) => createHostEffects(options) },
  },
  'host/files:FileAccessOptions': {
    base: { permissions },
    calls: { createFileAccess: (options) => createFileAccess(options) },
  },
  'host:StateQuota': {
    prefix: 'quota.',
    calls: {
      createMemoryStateStore: (quota) => createMemoryStateStore(quota),
      createFileStateStores: (quota) => createFileStateStores(folder, quota),
    },
  },
  'host:EnvSecret': {
    prefix: 'secrets.A.',
    base: { hosts: ['api.example.com'] },
    calls: {
      createEnvSecrets: (secret) => createEnvSecrets({ A: secret }),
      PluginManager: (secret) => new PluginManager({ policy: { secrets: { A: secret } } }),
    },
  },
  'host:CertificateAuthority': {
    prefix: 'certificateAuthorities[0].',
    base: { hosts: ['api.example.com'], ca: '' },
    calls: {
      readAuthorities: (authority) => readAuthorities([authority]),
      PluginManager: (authority) => new PluginManager({ certificateAuthorities: [authority] }),
    },
  },
  'host:ProxyOptions': {
    prefix: 'proxy.',
    base: { url: 'http://proxy.example.com' },
    calls: {
      readProxy: (proxy) => readProxy(proxy),
      PluginManager: (proxy) => new PluginManager({ proxy }),
    },
  },
  'host/http:HttpClientOptions': {
    base: { permissions },
    calls: { createHttpClient: (options) => createHttpClient(options) },
  },
  'host/http:ConnectorOptions': {
    base: { permissions },
    calls: { createHttpClient: (options) => createHttpClient(options) },
  },
  'types/stores:StoreOptions': {
    calls: { 'PluginStore.list': (options) => createMemoryStore().list('none', options) },
  },
};
