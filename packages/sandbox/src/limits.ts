import { MAX_MODULE_BYTES, MAX_TABLE_ELEMENTS } from '@testbench/types';

/** How much of everything a module may have; all of it is counted before an engine sees a byte. */
export interface AdmissionCaps {
  /** Bytes of the module. */
  readonly maxModuleBytes: number;
  /** Memories. */
  readonly maxMemories: number;
  /** Tables. */
  readonly maxTables: number;
  /** Elements that a table has at the start. */
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
  /** Locals of one function, parameters included. */
  readonly maxLocals: number;
  /** Locals times branches of one function. */
  readonly maxLocalsTimesBranches: number;
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

/** The caps that hold where nothing else is said, each with the cost that it prevents. */
export const DEFAULT_CAPS: AdmissionCaps = {
  maxModuleBytes: MAX_MODULE_BYTES,
  // Each reserves 8 to 10 GiB of address space whatever it declares: 13,000 end the process.
  maxMemories: 1,
  // A hundred capped tables would add up to one uncapped; AssemblyScript, Rust and C emit one.
  maxTables: 1,
  maxTableElements: MAX_TABLE_ELEMENTS,
  // A million cost hundreds of megabytes in the engine; real modules have a few dozen.
  maxGlobals: 10_000,
  // A million cost seconds to validate; large Rust programs have about 20,000.
  maxFunctions: 50_000,
  // For the same reason; real modules have a few hundred.
  maxTypes: 10_000,
  // The contract and WASI together know fewer than a hundred names.
  maxImports: 200,
  // A C program that exports everything has a few hundred.
  maxExports: 1_000,
  // Go emits a few thousand.
  maxSegments: 10_000,
  // No more than fit the table many times over.
  maxSegmentElements: 100_000,
  // 50,000 locals and 4,000 branches take 12 to 16 s and 2.35 GB to compile.
  maxLocals: 1_000,
  // What the memory of an optimising compiler grows with.
  maxLocalsTimesBranches: 4_000_000,
  // Optimisation takes more than linear time. Interpreter loops in C reach about 100 kB.
  maxBodyBytes: 256 * 1024,
  // 100 tables of 65,520 labels make a small module compile for seconds.
  maxBranchTableLabels: 200_000,
  // Recursion depth of tools that read it.
  maxNesting: 1_000,
  // Copied at every call.
  maxParams: 100,
  maxResults: 100,
  // Copied by everything that passes the module on. Debug information is the largest real one.
  maxCustomSectionBytes: 8 * 1024 * 1024,
  maxCustomSections: 100,
};

/**
 * A module with up to so many times its caps is still read in whole, for a complete list of what is wrong with it. Reading
 * takes up to 0.7 ms and 300 kB a thousand entries: unbounded, a module of 16 MiB took 4 s and 1.5 GB.
 */
export const READABLE_EXCESS = 4;
/** Bytes of all types: groups and parameters are not counted anywhere before they are read. Real modules have a few kB. */
export const MAX_TYPE_SECTION_BYTES = 1024 * 1024;
