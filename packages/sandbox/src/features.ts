import { type ConfigNode, type OptionReaders, readOptions } from '@testbench/types/config';
import { type Feature, FEATURES } from '@testbench/wasm';

/** For each feature of WebAssembly beyond its first version, by its proposal's name: whether a module may use it. */
export type FeatureSet = Readonly<Record<Feature, boolean>>;

/** Features that compilers emit for plugins, and harmless ones: the rest are rejected. */
const ADMITTED: ReadonlySet<Feature> = new Set<Feature>([
  'mutable-globals',
  'sign-extension',
  'saturating-float-to-int',
  'bulk-memory',
  'multi-value',
  'reference-types',
  'simd',
  'extended-const',
]);

/**
 * The features that are admitted by default.
 *
 * Left out: exceptions could swallow what the host throws; the garbage-collected heap has no limit that the host
 * could set; threads can wait forever; results of relaxed SIMD differ between machines; each memory
 * reserves 8 to 10 GiB of address space; compilers emit tail calls only
 * on request (the meter charges for them: allow them if your compiler emits them).
 */
export const DEFAULT_FEATURES = Object.fromEntries(
  FEATURES.map((feature) => [feature, ADMITTED.has(feature)]),
) as FeatureSet;

const READERS = Object.fromEntries(
  FEATURES.map((feature) => [feature, (node: ConfigNode) => node.boolean()]),
) as OptionReaders<FeatureSet>;

/** Reads the differences from {@link DEFAULT_FEATURES}. @throws {ConfigError} */
export function readFeatures(node: ConfigNode): Partial<FeatureSet> {
  return readOptions<Partial<FeatureSet>>(node.value, READERS, node.path);
}
