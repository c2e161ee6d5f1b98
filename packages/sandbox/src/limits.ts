import { MAX_MODULE_BYTES, MAX_TABLE_ELEMENTS } from '@testbench/types';
import { type ConfigNode, type OptionReaders, readOptions } from '@testbench/types/config';

/** Caps on the contents of a module; everything is counted before an engine sees a byte. */
export interface AdmissionCaps {
  /** Bytes of the module. */
  readonly maxModuleBytes: number;
  /** Memories. */
  readonly maxMemories: number;
  /** Tables. */
  readonly maxTables: number;
  /** Initial elements of a table. */
  readonly maxTableElements: number;
  /** Globals. */
  readonly maxGlobals: number;
  /** Functions, without imported ones. */
  readonly maxFunctions: number;
  /** Function types. */
  readonly maxTypes: number;
  /** Imports. */
  readonly maxImports: number;
  /** Exports. */
  readonly maxExports: number;
  /** Element segments, and data segments, each. */
  readonly maxSegments: number;
  /** Entries of all element segments. */
  readonly maxSegmentElements: number;
  /** Instructions of all constant expressions. */
  readonly maxConstantInstructions: number;
  /** Locals of one function, including parameters. */
  readonly maxLocals: number;
  /** Operands on the stack of one function. */
  readonly maxOperands: number;
  /** Locals and operands of one function, times its branches and a tenth of its calls. */
  readonly maxLocalsTimesBranches: number;
  /** The same, summed over all functions. */
  readonly maxTotalLocalsTimesBranches: number;
  /** Milliseconds that an engine takes to compile all functions, as estimated from their operators. */
  readonly maxCompileMs: number;
  /** Bytes of one function body. */
  readonly maxBodyBytes: number;
  /** Labels of all `br_table`s. */
  readonly maxBranchTableLabels: number;
  /** Nested blocks in one function. */
  readonly maxNesting: number;
  /** Parameters of a function type. */
  readonly maxParams: number;
  /** Results of a function type. */
  readonly maxResults: number;
  /** Bytes of all custom sections. */
  readonly maxCustomSectionBytes: number;
  /** Custom sections. */
  readonly maxCustomSections: number;
}

/**
 * The default caps, each with the cost that it prevents and the values of real modules.
 *
 * Costs are CPU time and resident memory of a process that does nothing else (which uses 83 MB), on Node 26, measured by `pnpm -C attack
 * costs`; values of real modules are from `pnpm -C conformance admission`.
 */
export const DEFAULT_CAPS: AdmissionCaps = {
  maxModuleBytes: MAX_MODULE_BYTES,
  // Each reserves 8 to 10 GiB of address space regardless of its declared size: 13,000 end the process.
  maxMemories: 1,
  // A hundred capped tables would add up to one uncapped; AssemblyScript, Rust, C and Go emit one.
  maxTables: 1,
  maxTableElements: MAX_TABLE_ELEMENTS,
  // 10,000 cost 7 MB, a million more than the engine takes; real modules have at most 12.
  maxGlobals: 10_000,
  // A million cost seconds to decode and validate; a large Rust program has 1,400, esbuild in Go 5,300.
  maxFunctions: 50_000,
  // 10,000 cost 20 ms and 6 MB; real modules have at most 135.
  maxTypes: 10_000,
  // The contract and WASI together have fewer than a hundred names.
  maxImports: 200,
  // A C program that exports everything has a few hundred.
  maxExports: 1_000,
  // 50,000 cost 40 ms and 25 MB. A small program in Go has 33,000 data segments, one in Rust up to 5,000.
  maxSegments: 50_000,
  // Every instance writes them into its table, before any limit of a call applies: 20,000 take 3 ms, and 8 ms if they are imports. At most
  // twice as many as the table holds; Go modules have 5,300.
  maxSegmentElements: 20_000,
  // Every instance evaluates them again: 17 ns each, 190 ms for 16 MiB of them. Enough for two for each entry of everything that has one.
  maxConstantInstructions: 200_000,
  // With 4,000 branches, 1,000 cost 44 ms and 64 MB at the first call, 49,000 cost 1.6 s and 2.3 GB. Real functions have up to 572.
  maxLocals: 1_000,
  // An engine copies an entry for each at every branch, as for locals: 10,000 with 10,000 branches take 2.6 s and 1.3 GB, 50,000
  // with 30,000 end the process. Real functions have up to 92.
  maxOperands: 1_000,
  // At the cap 0.15 s and 230 MB for one function. Real functions have up to 1,000,000.
  maxLocalsTimesBranches: 4_000_000,
  // Functions are compiled when they are first called, and nothing stops that: at the cap 1 s, for 16 MiB of such functions
  // 7.4 s. A large Rust program has 4,400,000, esbuild 7,000,000.
  maxTotalLocalsTimesBranches: 20_000_000,
  // Nothing stops a compiler. Uncapped, 15 MB of indirect calls take 3 s at the first call, 15 MB of loops 1 s; if a compiler compares
  // each item with all before it, 64 kB of `if (x) x = …` take 3 s and 2.3 GB once they are hot. Pyodide has 600, esbuild 300.
  maxCompileMs: 1_000,
  // 512 KiB of branches cost 0.2 s and 310 MB, 4 MiB 0.3 s and 640 MB. Parsers in C have up to 370 kB.
  maxBodyBytes: 512 * 1024,
  // 200,000 cost 50 ms, 6.5 million 1.1 s and 950 MB. A small program in Go has 70,000.
  maxBranchTableLabels: 200_000,
  // 2,500 cost nothing, 100,000 cost 0.1 s and 170 MB. Parsers in C have up to 1,900, programs in Go 3,300.
  maxNesting: 5_000,
  // Copied at every call. Real functions have up to 21.
  maxParams: 100,
  maxResults: 100,
  // Copied by everything that passes the module on. Debug information is the largest real section.
  maxCustomSectionBytes: 8 * 1024 * 1024,
  maxCustomSections: 100,
};

/**
 * A module with up to this many times its caps is still read completely, for a complete list of its violations. Reading
 * takes up to 0.7 ms and 300 kB per thousand entries: unbounded, a module of 16 MiB took 4 s and 1.5 GB.
 */
export const READABLE_EXCESS = 4;
/** Bytes of all types: groups and parameters are not counted before they are read. Real modules have a few kB. */
export const MAX_TYPE_SECTION_BYTES = 1024 * 1024;

const READERS = Object.fromEntries(
  Object.keys(DEFAULT_CAPS).map((cap) => [cap, (node: ConfigNode) => node.wholeNumber(0)]),
) as unknown as OptionReaders<AdmissionCaps>;

/** Reads the differences from {@link DEFAULT_CAPS}. @throws {ConfigError} */
export function readCaps(node: ConfigNode): Partial<AdmissionCaps> {
  return readOptions<Partial<AdmissionCaps>>(node.value, READERS, node.path);
}
