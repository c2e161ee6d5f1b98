import type { GlobalType, MemoryType, TableType } from './extern-type.js';
import type { Feature } from './features.js';
import type { Declared } from './module.js';
import type { FunctionType } from './type-section.js';

/** The largest value of a measure, and the byte offset of the item that has it; both 0 if no item has it. */
export interface Peak {
  readonly value: number;
  readonly offset: number;
}

/** An import or export with its full type. */
export type ExternSummary = { readonly name: string; readonly offset: number } & (
  | { readonly kind: 'function'; readonly type: FunctionType }
  | { readonly kind: 'table'; readonly type: TableType }
  | { readonly kind: 'memory'; readonly type: MemoryType }
  | { readonly kind: 'global'; readonly type: GlobalType }
  | { readonly kind: 'tag'; readonly type: FunctionType }
);

/** An import with its full type. */
export type ImportSummary = ExternSummary & { readonly module: string };

/** The result of `inspectModule`. Offsets count from the module's first byte. */
export interface ModuleSummary {
  readonly byteLength: number;
  /** Every section: its name (custom names are in `customSections`), the offset of its start, its size in bytes including the frame. */
  readonly sections: readonly { name: string; offset: number; size: number }[];
  /** Every custom section: its name, the offset of its payload, the size of its payload in bytes. */
  readonly customSections: readonly { name: string; offset: number; size: number }[];
  readonly imports: readonly ImportSummary[];
  readonly exports: readonly ExternSummary[];
  readonly memories: readonly Declared<MemoryType>[];
  readonly tables: readonly Declared<TableType>[];
  readonly globals: readonly Declared<GlobalType>[];
  readonly start: { readonly index: number; readonly offset: number } | undefined;
  /** Features that the module uses, with the byte offset of the first use. */
  readonly features: ReadonlyMap<Feature, number>;
  /** Counts; imported items are included, except for `functions`. */
  readonly counts: {
    readonly types: number;
    readonly imports: number;
    readonly importedFunctions: number;
    readonly functions: number;
    readonly tables: number;
    readonly memories: number;
    readonly tags: number;
    readonly globals: number;
    readonly exports: number;
    readonly elementSegments: number;
    /** Entries of all element segments. */
    readonly elements: number;
    readonly dataSegments: number;
    /** Bytes of all data segments. */
    readonly dataBytes: number;
    readonly customSections: number;
    readonly instructions: number;
    /** Instructions of constant expressions, including the final `end`s. */
    readonly constantInstructions: number;
    /** Labels in all `br_table`s. */
    readonly branchTableLabels: number;
    /** The same as the peak, summed over all functions: the time to compile them grows with it. */
    readonly localsTimesBranches: number;
    /** Microseconds that V8 takes to compile all functions in their metered form, as estimated from their operators. */
    readonly compileUs: number;
  };
  /** The largest of each, with the offset of the function body or segment that has it. */
  readonly peaks: {
    /** Parameters of a type. */
    readonly params: Peak;
    readonly results: Peak;
    /** Locals of a function, parameters included. */
    readonly locals: Peak;
    /** Bytes of a function body. */
    readonly bodyBytes: Peak;
    /** Nested blocks in a function. */
    readonly nesting: Peak;
    /** Branch instructions and blocks of a function. */
    readonly branches: Peak;
    /** Locals and operands, times branches and a tenth of the calls: a compiler's memory grows with it. */
    readonly localsTimesBranches: Peak;
    /** Estimated microseconds to compile a function. */
    readonly compileUs: Peak;
    /** Operands on the stack of a function; an upper bound. */
    readonly operands: Peak;
    /** Labels of one `br_table`. */
    readonly branchTableLabels: Peak;
    /** Entries of an element segment. */
    readonly elements: Peak;
    /** Bytes of a data segment. */
    readonly dataBytes: Peak;
  };
}
