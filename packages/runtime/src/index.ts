/**
 * Compiles WebAssembly plugins and calls them under fuel, deadline and memory limits, on the caller's thread.
 *
 * It is a separate package because it needs no Node API: it runs the same in browsers, Deno and Bun.
 *
 * @packageDocumentation
 */
export {
  type CompiledModule,
  type CompiledPlugin,
  type CompileOptions,
  compilePlugin,
  type MeteringForm,
  meteringFormOf,
  meterPlugin,
} from './compile-plugin.js';
export { encodeInput } from './encode-input.js';
export type { InstanceCallOptions, InstanceOptions } from './instance-options.js';
export { locateFrames, mapPluginOffsets, type ModulePlaces } from './locate-frames.js';
export { ModuleCache, type ModuleCacheOptions } from './module-cache.js';
export { PluginInstance, type RawOutput, type RoundOutput } from './plugin-instance.js';
export { importProtocol } from './protocols/read-protocol.js';
export { WIRE_PROTOCOLS } from './protocols/wire-protocols.js';
export { type BatchEntry, readBatchOutput } from './read-batch-output.js';
export { type OutputRules, type ParsedOutput, readOutput } from './read-output.js';
export { canSuspend } from './suspension.js';
