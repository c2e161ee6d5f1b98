import { join } from 'node:path';
import { type CustomPlugin, PluginSystem } from '@testbench/core';
import { recordHost } from '@testbench/core/analytics';
import { findOutputPlace, OutputFile, writeOutput } from '@testbench/core/files';
import { createPlugin } from '@testbench/extism';
import { permissionsFor, PluginManager } from '@testbench/manager';
import { assemble } from '@testbench/test-kit';
import { observePlugins } from '@testbench/manager/opentelemetry';

import type { OptionRow } from './option-row.js';
import { bytes, folder, input, manager, system, plugin } from './subjects.js';

const ownPlugin: CustomPlugin = {
  metadata: { name: 'own', version: '1.0.0', pluginType: 'custom' },
  run: () => 1,
};

/** A guest that returns 0. */
const extismGuest = assemble(
  '(module (import "extism:host/env" "free" (func (param i64))) (func (export "run") (result i32) (i32.const 0)))',
);

/** `manager`, `core` and `extism`. */
export const SYSTEM_OPTIONS: Readonly<Record<string, OptionRow>> = {
  'extism:ExtismPluginOptions': {
    calls: {
      createPlugin: async (options) => (await createPlugin(extismGuest.buffer, options)).close(),
    },
    others: {
      sharedArrayBufferSize: 'accepted and ignored',
      nodeWorkerArgs: 'accepted and ignored',
    },
  },
  'extism:MemoryOptions': {
    prefix: 'memory.',
    calls: {
      createPlugin: async (memory) => (await createPlugin(extismGuest.buffer, { memory })).close(),
    },
  },
  'manager:PluginManagerOptions': {
    calls: { PluginManager: (options) => new PluginManager(options) },
  },
  'manager:LoadPluginOptions': {
    calls: {
      'PluginManager.load': (options) => manager.load(bytes, options),
      'PluginSystem.loadPlugin': (options) => system.loadPlugin('none.wasm', options),
      'PluginSystem.loadPluginFromBytes': (options) =>
        system.loadPluginFromBytes('new', bytes, options),
    },
    others: { config: 'what JSON cannot hold is LOAD_INIT_FAILED, as what the plugin refuses' },
  },
  'manager:RegisterPluginOptions': {
    calls: {
      'PluginManager.register': (options) => manager.register(ownPlugin, options),
      'PluginSystem.registerPlugin': (options) => system.registerPlugin(ownPlugin, options),
    },
    others: { config: 'what JSON cannot hold is LOAD_INVALID_CONFIG' },
  },
  'manager:ReloadOptions': {
    calls: {
      'PluginManager.reload': (options) => manager.reload('guest', bytes, options),
      'PluginManager.watch': (options) => manager.watch('guest', options),
      'PluginSystem.reloadPlugin': (options) => system.reloadPlugin('guest', bytes, options),
      'PluginSystem.watchPlugin': (options) => system.watchPlugin('guest', options),
      'Plugin.reload': (options) => plugin.reload(bytes, options),
    },
  },
  'manager:GoldenInput': {
    prefix: 'golden[0].',
    base: { input, check: () => true },
    calls: {
      'PluginManager.reload': (golden) => manager.reload('guest', bytes, { golden: [golden] }),
    },
  },
  'manager:BatchOptions': {
    calls: {
      'PluginManager.executeBatch': (options) => manager.executeBatch('guest', [input], options),
      'PluginSystem.executePluginBatch': (options) =>
        system.executePluginBatch('guest', [input], options),
    },
  },
  'manager:ExecuteOptions': {
    calls: {
      'PluginManager.execute': (options) => manager.execute('guest', input, options),
      'PluginManager.executePipeline': (options) =>
        manager.executePipeline([{ id: 'guest', data: ['1'], gives: 'verdict' }], [], options),
      'PluginManager.executeStream': (options) => manager.executeStream('guest', input, options),
      'PluginSystem.executePlugin': (options) => system.executePlugin('guest', input, options),
      'PluginSystem.executePipeline': (options) =>
        system.executePipeline([{ id: 'guest', data: ['1'], gives: 'verdict' }], [], options),
      'PluginSystem.executePluginStream': (options) =>
        system.executePluginStream('guest', input, options),
    },
  },
  'manager:PluginPolicy': {
    prefix: 'policy.',
    calls: {
      PluginManager: (given) => new PluginManager({ policy: given }),
      permissionsFor: (given) => permissionsFor(given, { name: 'a', digest: 'any' }),
    },
    others: { secrets: 'their paths begin at "secrets", as for secrets of an embedder' },
  },
  'manager/opentelemetry:ObserveOptions': {
    calls: { observePlugins: (options) => observePlugins(manager.events, options) },
  },
  'core:PluginSystemOptions': {
    calls: { PluginSystem: (options) => new PluginSystem(options) },
  },
  'core:LoadOptionsOf': {
    calls: { 'PluginSystem.loadPlugin': (options) => system.loadPlugin('none.wasm', options) },
    others: { config: 'what JSON cannot hold is LOAD_INIT_FAILED, as what the plugin refuses' },
  },
  'core:CallOptions': {
    calls: {
      'Plugin.execute': (options) => plugin.execute(null, options),
      'Plugin.stream': (options) => plugin.stream(null, options).next(),
      'Plugin.batch': (options) => plugin.batch([null], options),
    },
  },
  'core/files:OutputOptions': {
    calls: { findOutputPlace: (options) => findOutputPlace(join(folder, 'out'), options) },
  },
  'core/files:OutputInput': {
    prefix: 'inputs[0].',
    base: { path: 'none', what: 'a file' },
    calls: {
      findOutputPlace: (given) => findOutputPlace(join(folder, 'out'), { inputs: [given] }),
    },
  },
  'core/files:OutputFileOptions': {
    calls: {
      'OutputFile.open': (options) => OutputFile.open(join(folder, 'out'), options),
      writeOutput: (options) => writeOutput(join(folder, 'out'), '', options),
    },
  },
  'core/analytics:RecordHostOptions': {
    base: { folder: join(folder, 'hosts') },
    calls: { recordHost: (options) => recordHost(manager as never, options) },
  },
};
