import {
  checkContractExports,
  type Contract,
  decodeMetadataSections,
  HOST_FUNCTIONS,
  HOST_MODULE,
  METADATA_SECTION,
  PluginError,
  type PluginMetadata,
} from '@testbench/types';
import { inspectModule, type ModuleSummary, readCustomSections } from '@testbench/wasm';

/** Something because of which a host would refuse a module. */
export interface PluginProblem {
  /** What part of the module: `module`, `export`, `import` or `metadata`. */
  readonly part: 'module' | 'export' | 'import' | 'metadata';
  /** One sentence: what is wrong and what to do. */
  readonly message: string;
}

/** What {@link validatePlugin} finds. */
export type PluginReport =
  | {
      readonly ok: true;
      readonly problems: readonly [];
      readonly contract: Contract;
      readonly metadata: PluginMetadata;
    }
  | { readonly ok: false; readonly problems: readonly PluginProblem[] };

/** Imports that AssemblyScript's standard library makes, and what to use in their place. */
const FOREIGN_IMPORTS: readonly (readonly [name: RegExp, cure: string])[] = [
  [/^console\./, 'console does not exist here; use log of @testbench/plugins-sdk'],
  [/^Date\.now$/, 'Date does not exist here; use now() of @testbench/plugins-sdk'],
  [/^(?:seed|Math\.random)$/, 'Math.random does not exist here; use random() of @testbench/plugins-sdk'],
  [/^trace$/, 'trace does not exist here; use log of @testbench/plugins-sdk'],
];

/**
 * Tells whether a host would load a module, and what to change if not. Nothing of it runs.
 *
 * @param bytes The whole module, from any language.
 */
export function validatePlugin(bytes: Uint8Array): PluginReport {
  let summary: ModuleSummary;
  try {
    summary = inspectModule(bytes);
  } catch (error) {
    return { ok: false, problems: [{ part: 'module', message: messageOf(error) }] };
  }
  const { contract, problems: exports } = checkContractExports(summary.exports);
  const problems: PluginProblem[] = exports.map(({ name, state }) => ({
    part: 'export',
    message: `Export "${name}": ${state}`,
  }));
  problems.push(...importProblems(summary));
  const metadata = readMetadata(bytes, problems);
  if (problems.length > 0 || contract === undefined || metadata === undefined) {
    return { ok: false, problems };
  }
  return { ok: true, problems: [], contract, metadata };
}

function importProblems({ imports }: ModuleSummary): PluginProblem[] {
  return imports.flatMap(({ module, name }): PluginProblem[] => {
    if (module === 'wasi_snapshot_preview1') return [];
    if (module === HOST_MODULE && Object.hasOwn(HOST_FUNCTIONS, name)) return [];
    const cure =
      (module === HOST_MODULE && FOREIGN_IMPORTS.find(([pattern]) => pattern.test(name))?.[1]) ||
      `no host offers it; the functions of the contract are in module "${HOST_MODULE}"`;
    return [{ part: 'import', message: `Import "${module}.${name}": ${cure}` }];
  });
}

function readMetadata(bytes: Uint8Array, problems: PluginProblem[]): PluginMetadata | undefined {
  try {
    const metadata = decodeMetadataSections(readCustomSections(bytes, METADATA_SECTION));
    if (metadata !== undefined) return metadata;
    problems.push({
      part: 'metadata',
      message: `Custom section "${METADATA_SECTION}": it is missing; add it with embedMetadata() of @testbench/sdk`,
    });
  } catch (error) {
    problems.push({ part: 'metadata', message: messageOf(error) });
  }
  return undefined;
}

function messageOf(error: unknown): string {
  return PluginError.is(error) ? error.message : String(error);
}
