/** Caps of admission; each with the cost that it prevents. All are checked before the engine sees a byte. */

/** Tables. A hundred capped tables would add up to one uncapped; AssemblyScript, Rust and C emit one. */
export const MAX_TABLES = 1;
/** Globals: a million cost hundreds of megabytes in the engine; real modules have a few dozen. */
export const MAX_GLOBALS = 10_000;
/** Functions: a million cost seconds to validate; large Rust programs have about 20,000. */
export const MAX_FUNCTIONS = 50_000;
/** Types, for the same reason; real modules have a few hundred. */
export const MAX_TYPES = 10_000;
/** Imports: the contract and WASI together know fewer than a hundred names. */
export const MAX_IMPORTS = 200;
/** Exports: a C program that exports everything has a few hundred. */
export const MAX_EXPORTS = 1_000;
/** Element or data segments, each; Go emits a few thousand. */
export const MAX_SEGMENTS = 10_000;
/** Entries of all element segments: no more than fit the table many times over. */
export const MAX_SEGMENT_ELEMENTS = 100_000;
/** Locals of one function, parameters included. 50,000 locals and 4,000 branches take 12-16 s and 2.35 GB to compile. */
export const MAX_LOCALS = 1_000;
/** Locals times branches of one function: what the memory of an optimising compiler grows with. */
export const MAX_LOCALS_TIMES_BRANCHES = 4_000_000;
/** Bytes of one function body: optimisation takes more than linear time. Interpreter loops in C reach about 100 kB. */
export const MAX_BODY_BYTES = 256 * 1024;
/** Labels of all `br_table`s: 100 tables of 65,520 labels make a small module compile for seconds. */
export const MAX_BRANCH_TABLE_LABELS = 200_000;
/** Nesting of blocks in one function: recursion depth of tools that read it. */
export const MAX_NESTING = 1_000;
/** Parameters of a function type: copied at every call. */
export const MAX_PARAMS = 100;
/** Results of a function type, for the same reason. */
export const MAX_RESULTS = 100;
/** Bytes of all custom sections: copied by everything that passes the module on. Debug information is the largest real one. */
export const MAX_CUSTOM_SECTION_BYTES = 8 * 1024 * 1024;
/** Custom sections. */
export const MAX_CUSTOM_SECTIONS = 100;
