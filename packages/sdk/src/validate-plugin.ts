import { WIRE_PROTOCOLS } from '@testbench/core';
import { type AdmissionReport, checkModule } from '@testbench/sandbox';
import { DEFAULT_LIMITS, MAX_MODULE_BYTES, type PluginMetadata } from '@testbench/types';
import {
  API_VERSION,
  compareSignatures,
  CUSTOM_FUNCTION_SIGNATURE,
  HOST_FUNCTIONS,
  HOST_MODULE,
  METADATA_SECTION,
  parseCustomFunctionName,
} from '@testbench/types/abi';
import { PluginError } from '@testbench/types/errors';
import type { ImportSummary } from '@testbench/wasm';
import semver from 'semver';

/** A reason why a host would refuse a module. */
export interface PluginProblem {
  /** The part of the module: `module`, `export`, `import` or `metadata`. */
  readonly part: 'module' | 'export' | 'import' | 'metadata';
  /** One sentence: what is wrong and what to do. */
  readonly message: string;
}

/** The result of {@link validatePlugin}. */
export type PluginReport =
  | {
      readonly ok: true;
      readonly problems: readonly [];
      readonly contract: string;
      readonly metadata: PluginMetadata;
    }
  | {
      readonly ok: false;
      readonly problems: readonly PluginProblem[];
      /** Undefined if it cannot be determined. */
      readonly contract: string | undefined;
    };

const SECTION_MISSING = `custom section "${METADATA_SECTION}": it is missing; add it with \`testbench embed\``;

/** True for a module that has everything except its metadata section. */
export function isSectionMissing({ message }: PluginProblem): boolean {
  return message === SECTION_MISSING;
}

/** Imports that AssemblyScript's standard library makes, and what to use instead. */
const FOREIGN_IMPORTS: readonly (readonly [name: RegExp, cure: string])[] = [
  [/^console\./, 'console does not exist here; use log of @testbench/plugins-sdk'],
  [/^Date\.now$/, 'Date does not exist here; use now() of @testbench/plugins-sdk'],
  [
    /^(?:seed|Math\.random)$/,
    'Math.random does not exist here; use random() of @testbench/plugins-sdk',
  ],
  [/^trace$/, 'trace does not exist here; use log of @testbench/plugins-sdk'],
];

/**
 * Checks whether a host would load a module, and what to change if not. Its code is not run.
 *
 * @param bytes The whole module, from any language.
 */
export function validatePlugin(bytes: Uint8Array): PluginReport {
  if (bytes.length > MAX_MODULE_BYTES) {
    const message = `it has ${bytes.length} bytes, limit is ${MAX_MODULE_BYTES}; build it for size, and leave large tables out`;
    return { ok: false, problems: [{ part: 'module', message }], contract: undefined };
  }
  let report: AdmissionReport;
  try {
    report = checkModule(bytes, {
      imports: { [HOST_MODULE]: HOST_FUNCTIONS },
      protocols: WIRE_PROTOCOLS,
      maxMemoryBytes: DEFAULT_LIMITS.maxMemoryBytes,
    });
  } catch (error) {
    if (!PluginError.is(error)) throw error;
    const part = error.code === 'LOAD_INVALID_METADATA' ? 'metadata' : 'module';
    return { ok: false, problems: [{ part, message: error.message }], contract: undefined };
  }
  const { violations, summary, contract, metadata } = report;
  const problems = violations.flatMap(({ rule, message, offset }): PluginProblem[] => {
    if (rule === 'export') return [{ part: 'export', message }];
    if (rule !== 'import') return [{ part: 'module', message }];
    return importProblem(
      summary.imports.find((item) => item.offset === offset)!,
      message,
    );
  });
  if (metadata === undefined) {
    problems.push({ part: 'metadata', message: SECTION_MISSING });
  }
  if (metadata !== undefined) problems.push(...versionProblems(metadata));
  if (problems.length > 0 || contract === undefined || metadata === undefined) {
    return { ok: false, problems, contract };
  }
  return { ok: true, problems: [], contract, metadata };
}

/** A host refuses a plugin made for another major version of the contract, or for a later version than its own. */
function versionProblems({ apiVersion, minContractVersion }: PluginMetadata): PluginProblem[] {
  const part = 'metadata';
  if (semver.major(apiVersion) !== semver.major(API_VERSION)) {
    const message = `metadata field "api_version": it is made for contract ${apiVersion}, hosts speak ${API_VERSION}; set it to "${API_VERSION}"`;
    return [{ part, message }];
  }
  if (minContractVersion !== undefined && semver.gt(minContractVersion, API_VERSION)) {
    const message = `metadata field "min_host_version": it is ${minContractVersion}, hosts speak contract ${API_VERSION}; lower it`;
    return [{ part, message }];
  }
  return [];
}

function importProblem(item: ImportSummary, message: string): PluginProblem[] {
  const { module, name } = item;
  // Whether WASI is enabled, and which custom functions a host offers, is the host's choice, not the module's fault.
  if (module === 'wasi_snapshot_preview1' || isCustomFunction(item)) return [];
  const cure = FOREIGN_IMPORTS.find(([pattern]) => pattern.test(name))?.[1];
  return [{ part: 'import', message: cure === undefined ? message : `${message}; ${cure}` }];
}

/** True for a function that a host may offer in addition to those of the contract: its name and type are valid. */
function isCustomFunction(item: ImportSummary): boolean {
  return (
    item.kind === 'function' &&
    typeof parseCustomFunctionName(`${item.module}.${item.name}`) !== 'string' &&
    compareSignatures(item.type, CUSTOM_FUNCTION_SIGNATURE) === undefined
  );
}
