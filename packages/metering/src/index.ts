/**
 * Fuel, deadlines and growth limits for WebAssembly on engines that have none.
 *
 * It rewrites a module before the engine sees it: bytes in, bytes out. That is useful without any plugin system, so it is a
 * separate package.
 *
 * @packageDocumentation
 */
export { attachMeter, type Meter, type MeterHandler, type SliceVerdict } from './attach-meter.js';
export { type CostTable, DEFAULT_COSTS } from './cost-table.js';
export { supportsTypedReferences } from './engine-features.js';
export { MeterError, type MeterErrorCode } from './meter-error.js';
export {
  type MeteredModule,
  meterModule,
  type MeterMode,
  type MeterOptions,
} from './meter-module.js';
export { RESERVED_PREFIX } from './reserved-names.js';
export { REWRITE_VERSION } from './rewrite-version.js';
