import { decodeMetadataSections, type PluginMetadata } from '@testbench/types';
import {
  type FunctionSignature,
  checkContractExports,
  HOST_MODULE,
  METADATA_SECTION,
  type ProtocolShape,
} from '@testbench/types/abi';
import { ConfigNode, readOptions } from '@testbench/types/config';
import { type AdmissionViolation, LoadError } from '@testbench/types/errors';
import { PROTOCOL_SHAPES } from '@testbench/types/protocols';
import {
  DecodeError,
  inspectModule,
  type ModuleSummary,
  readCustomSections,
} from '@testbench/wasm';

import { DEFAULT_FEATURES, type FeatureSet, readFeatures } from '../features.js';
import { type AdmissionCaps, DEFAULT_CAPS, readCaps } from '../limits.js';
import { type AdmissionMeasure, exceeded, measureModule } from './measure-module.js';
import { checkCounts } from './check-counts.js';
import { checkImports, type AllowedImports } from './check-imports.js';
import { rejection } from './rejection.js';

/** What a module may contain. */
export interface AdmissionOptions {
  /** Overrides the defaults. */
  readonly features?: Partial<FeatureSet>;
  /** Overrides `DEFAULT_CAPS`. */
  readonly caps?: Partial<AdmissionCaps>;
  /** Functions that the host offers; nothing else may be imported. */
  readonly imports: AllowedImports;
  /** Wire protocols that the host knows. Their creator has checked them. @default the built-in ones */
  readonly protocols?: readonly ProtocolShape[];
  /** Largest memory at the start, in bytes. */
  readonly maxMemoryBytes: number;
}

/** The result of admission for a module. */
export interface AdmissionReport {
  /** All violations; the module may be loaded only if this is empty. */
  readonly violations: readonly AdmissionViolation[];
  /** All measures that have a cap, including those within it. */
  readonly measures: readonly AdmissionMeasure[];
  /** Name of its wire protocol; undefined if it has the markers of none. */
  readonly contract: string | undefined;
  /** From the custom section; undefined if there is none. */
  readonly metadata: PluginMetadata | undefined;
  readonly summary: ModuleSummary;
}

/**
 * Checks a module against a policy, without an engine, and lists every rule that it breaks.
 *
 * @param bytes The whole module; read, not kept.
 * @throws {LoadError} `LOAD_INVALID_MODULE` with the offset if the bytes are not a module; `LOAD_INVALID_METADATA`;
 *   `LOAD_REJECTED` for a module so far above its caps that reading it would take long.
 * @throws {ConfigError} For a policy with an unknown key or a wrong value.
 *
 * @example
 * ```ts
 * import { checkModule } from '@testbench/sandbox';
 *
 * const module = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 5, 3, 1, 0, 9); // (memory 9)
 * const report = checkModule(module, { imports: {}, maxMemoryBytes: 65_536 });
 * report.violations.map(({ rule, value }) => [rule, value]); // => [['maxMemoryBytes', 589824], ['export', undefined]]
 * ```
 */
export function checkModule(bytes: Uint8Array, given: AdmissionOptions): AdmissionReport {
  const policy = readAdmissionPolicy(given);
  const caps = { ...DEFAULT_CAPS, ...policy.caps };
  const summary = inspect(bytes, caps);
  const measures = measureModule(summary, caps, policy.maxMemoryBytes);
  const features = { ...DEFAULT_FEATURES, ...policy.features };
  const { protocols = PROTOCOL_SHAPES } = policy;
  const { contract, problems } = checkContractExports(summary, protocols);
  const shape = protocols.find(({ name }) => name === contract);
  const violations: AdmissionViolation[] = [
    ...exceeded(measures),
    ...Array.from(summary.features)
      .filter(([feature]) => !features[feature])
      .map(([feature, offset]) => ({
        rule: `feature ${feature}`,
        offset,
        message: `feature "${feature}": it is not admitted`,
      })),
    ...checkImports(summary, joinImports(policy.imports, shape)),
    ...problems.map(({ name, state }) => ({
      rule: 'export',
      offset: summary.exports.find((item) => item.name === name)?.offset ?? 0,
      message: `export "${name}": ${state}`,
    })),
  ];
  const metadata = decodeMetadataSections(readCustomSections(bytes, METADATA_SECTION));
  return { violations, measures, contract, metadata, summary };
}

/**
 * Rejects a module that is so far above its caps that reading it, or reporting its content, would take long. Call this
 * before decoding untrusted modules.
 *
 * @param caps Overrides `DEFAULT_CAPS`.
 * @throws {LoadError} `LOAD_REJECTED`, with `violations`.
 * @throws {DecodeError} If the bytes do not begin like a module.
 * @throws {ConfigError} For an unknown cap or a wrong value.
 */
export function requireReadable(bytes: Uint8Array, caps: Partial<AdmissionCaps> = {}): void {
  requireCounts(bytes, { ...DEFAULT_CAPS, ...readCaps(new ConfigNode(caps, 'caps')) });
}

function requireCounts(bytes: Uint8Array, caps: AdmissionCaps): void {
  const violations = checkCounts(bytes, caps);
  if (violations.length > 0) throw rejection(violations);
}

function readAdmissionPolicy(given: AdmissionOptions): AdmissionOptions {
  return readOptions<AdmissionOptions>(
    given,
    {
      features: readFeatures,
      caps: readCaps,
      imports: readImports,
      protocols: (node) => node.list().map(({ value }) => value as ProtocolShape),
      maxMemoryBytes: (node) => node.wholeNumber(0),
    },
    '',
    ['imports', 'maxMemoryBytes'],
  );
}

/** The functions that the host offers and those that the protocol adds; if both have a function, the host's takes precedence. */
function joinImports(host: AllowedImports, shape: ProtocolShape | undefined): AllowedImports {
  const joined: Record<string, AllowedImports[string]> = { ...host };
  if (shape?.hostFunctions === 'any type') {
    for (const [module, functions] of Object.entries(host)) {
      if (module === HOST_MODULE || module.startsWith('wasi_')) continue;
      joined[module] = Object.fromEntries(Object.keys(functions).map((name) => [name, 'any']));
    }
  }
  for (const [module, functions] of Object.entries(shape?.imports ?? {})) {
    joined[module] = { ...functions, ...(Object.hasOwn(host, module) ? host[module] : {}) };
  }
  return joined;
}

function readImports(node: ConfigNode): AllowedImports {
  for (const [module, functions] of Object.entries(node.object())) {
    const place = new ConfigNode(functions, `${node.path}.${module}`);
    for (const [name, type] of Object.entries(place.object())) {
      const signature = new ConfigNode(type, `${place.path}.${name}`).object();
      for (const list of ['params', 'results'] as const satisfies (keyof FunctionSignature)[]) {
        new ConfigNode(signature[list], `${place.path}.${name}.${list}`).list();
      }
    }
  }
  return node.value as AllowedImports;
}

/** Turns our decoder's errors into load errors, phrased for the provider of the file. */
function inspect(bytes: Uint8Array, caps: AdmissionCaps): ModuleSummary {
  try {
    requireCounts(bytes, caps);
    return inspectModule(bytes);
  } catch (cause) {
    if (!(cause instanceof DecodeError)) throw cause;
    throw new LoadError('LOAD_INVALID_MODULE', cause.message, { cause, offset: cause.offset });
  }
}
