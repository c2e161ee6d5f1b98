import type { FixedFunction, Program } from './generate-program.ts';

export const I32 = 0x7f;
export const I64 = 0x7e;
export const EXNREF = 0x69;

/** Value types, as they are encoded. */
export type Types = readonly number[];

export interface Signature {
  readonly params: Types;
  readonly results: Types;
}

/** Types of functions and blocks; the first of the type section. */
export const SIGNATURES: readonly Signature[] = [
  { params: [], results: [] },
  { params: [I32], results: [I32] },
  { params: [], results: [I32] },
  { params: [I32, I64], results: [I64] },
  { params: [], results: [I64, I32] },
  { params: [I64], results: [] },
  { params: [I32], results: [I64, I32] },
];

/** `(i32) -> i32`: the type of all fixed functions. */
export const UNARY = 1;

/** What an exception of each tag carries. The type of a tag has no results. */
export const TAGS: readonly Types[] = [[], [I32]];

/** Every type has this many entries in each table. */
export const SLOTS = 4;

/** Globals. */
export const RANDOM = 0;
export const STEPS = 1;

/** Segments of data and of functions: the first is kept, the second is dropped. */
export const KEPT = 0;
export const DROPPED = 1;

const FIXED: readonly FixedFunction[] = [
  'leaf',
  'uneven',
  'guarded',
  'failing',
  'descend',
  'tail',
  'dear',
  'cheap',
];

/** The indices of a program's functions. */
export class ProgramLayout {
  /** The fixed functions follow those of the program, then come `run` and the thrower. */
  readonly functions: readonly Signature[];
  readonly types: readonly number[];
  readonly run: number;
  /** Throws an exception of tag 0. */
  readonly thrower: number;
  readonly program: Program;

  constructor(program: Program) {
    this.program = program;
    const own = program.functions.map(({ signature }) => signature);
    // The host's comes first, because it is imported.
    this.types = [UNARY, ...own, ...FIXED.map(() => UNARY), UNARY, 0];
    this.functions = this.types.map((type) => SIGNATURES[type]!);
    this.thrower = this.types.length - 1;
    this.run = this.thrower - 1;
  }

  /** Index of one of the program's own functions. */
  own(callee: number): number {
    return 1 + (callee % this.program.functions.length);
  }

  fixed(name: FixedFunction): number {
    return name === 'host' ? 0 : 1 + this.program.functions.length + FIXED.indexOf(name);
  }

  /** Index of one of the functions in the tables. */
  tabled(callee: number): number {
    const { length } = this.program.functions;
    return callee % (length + 1) === length ? this.fixed('cheap') : this.own(callee);
  }

  /** One of the functions of a type in the tables; undefined if there is none. */
  #ofType(type: number, which: number): number | undefined {
    const own = this.program.functions.flatMap(({ signature }, index) =>
      signature === type ? [index + 1] : [],
    );
    const found = type === UNARY ? [...own, this.fixed('dear'), this.fixed('cheap')] : own;
    return found[which % found.length];
  }

  /** The entries of a table, type by type; undefined where no function has the type. */
  get slots(): readonly (number | undefined)[] {
    return SIGNATURES.flatMap((_, type) =>
      Array.from({ length: SLOTS }, (__, slot) => this.#ofType(type, slot)),
    );
  }

  /** A function that can be called instead of returning `results`. */
  returning(results: Types, which: number): number | undefined {
    const found = this.types.flatMap((type, index) => {
      const isCallable = index > 0 && index <= this.fixed('leaf');
      return isCallable && SIGNATURES[type]!.results.join() === results.join() ? [index] : [];
    });
    return found[which % found.length];
  }
}
