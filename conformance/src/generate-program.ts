import * as fc from 'fast-check';

/** A piece of a generated program. Numbers that select one of several things are taken modulo their count. */
export type Piece =
  | { readonly kind: 'work'; readonly amount: number }
  | {
      readonly kind: 'block' | 'loop';
      readonly signature: number;
      /** The parameters stay on the stack, below the values of the body. */
      readonly late: boolean;
      readonly body: readonly Piece[];
    }
  | {
      readonly kind: 'if';
      readonly signature: number;
      readonly taken: readonly Piece[];
      readonly otherwise: readonly Piece[] | undefined;
    }
  | { readonly kind: 'branch' | 'branch-if'; readonly label: number }
  | { readonly kind: 'table'; readonly labels: readonly number[] }
  | { readonly kind: 'return' | 'trap' }
  | { readonly kind: 'fixed'; readonly callee: FixedFunction }
  | { readonly kind: 'call'; readonly how: CallKind; readonly callee: number }
  | {
      /** A loop that is left only at its end: after this many turns, or at random before that. */
      readonly kind: 'counted';
      readonly turns: number;
      readonly early: boolean;
      readonly signature: number;
      readonly calm: readonly Piece[];
    }
  | { readonly kind: 'memory'; readonly operator: MemoryOperator; readonly amount: number }
  | {
      readonly kind: 'elements';
      readonly operator: TableOperator;
      readonly table: number;
      readonly callee: number;
    }
  | { readonly kind: 'throw'; readonly tag: number; readonly always: boolean }
  | {
      readonly kind: 'try';
      readonly signature: number;
      readonly late: boolean;
      readonly body: readonly Piece[];
      readonly clauses: readonly Clause[];
      /** Also for exceptions that no clause catches. */
      readonly all: Omit<Clause, 'tag'> | undefined;
      /** A label to which a legacy `try` delegates exceptions, instead of catching them. */
      readonly delegate: number | undefined;
    };

/** What catches one tag. */
export interface Clause {
  readonly tag: number;
  /** Sometimes rethrows the exception that it caught. */
  readonly again: boolean;
  readonly body: readonly Piece[];
}

/** Functions that every program contains; all of type `(i32) -> i32`. */
export type FixedFunction =
  | 'host'
  | 'leaf'
  | 'uneven'
  | 'guarded'
  | 'failing'
  | 'descend'
  | 'tail'
  | 'dear'
  | 'cheap';
export type CallKind =
  | 'direct'
  | 'indirect'
  | 'reference'
  | 'tail'
  | 'tail-indirect'
  | 'tail-reference'
  | 'panic';
export type MemoryOperator = 'fill' | 'copy' | 'init' | 'init-dropped' | 'drop' | 'grow';
export type TableOperator = 'copy' | 'init' | 'init-dropped' | 'drop' | 'fill' | 'grow' | 'move';

/** A program of a few functions with nested pieces; the first is called. */
export interface Program {
  /** How exceptions are caught: modules may not mix both ways. */
  readonly handlers: 'none' | 'legacy' | 'standard';
  /** Functions may be called by reference: without it, such calls become direct ones. */
  readonly references: boolean;
  /** Tables also get functions from sources other than segments. */
  readonly moves: boolean;
  readonly functions: readonly { readonly signature: number; readonly body: readonly Piece[] }[];
}

/** Most signatures have no parameters and no results. */
const signature = fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, fc.nat(6));

const branches = fc.record({
  kind: fc.constantFrom('branch' as const, 'branch-if' as const),
  label: fc.nat(9),
});
const tables = fc.record({
  kind: fc.constant('table' as const),
  labels: fc.array(fc.nat(9), { minLength: 1, maxLength: 4 }),
});
const fixed = fc.record({
  kind: fc.constant('fixed' as const),
  callee: fc.constantFrom<FixedFunction>(
    'leaf',
    'leaf',
    'uneven',
    'guarded',
    'failing',
    'descend',
    'tail',
    'host',
  ),
});
const throws = fc.record({
  kind: fc.constant('throw' as const),
  tag: fc.nat(1),
  always: fc.boolean(),
});
const work = (max: number): fc.Arbitrary<Piece> =>
  fc.record({ kind: fc.constant('work' as const), amount: fc.integer({ min: 1, max }) });
const bulk = fc.oneof(
  fc.record({
    kind: fc.constant('memory' as const),
    operator: fc.constantFrom<MemoryOperator>(
      'fill',
      'copy',
      'init',
      'init-dropped',
      'drop',
      'grow',
    ),
    amount: fc.nat(40),
  }),
  fc.record({
    kind: fc.constant('elements' as const),
    operator: fc.constantFrom<TableOperator>(
      'copy',
      'init',
      'init-dropped',
      'drop',
      'fill',
      'grow',
      'move',
    ),
    table: fc.nat(1),
    callee: fc.nat(9),
  }),
);

/** Pieces that neither return nor branch out of the enclosing loop. */
const calmPieces = fc.letrec<{ calm: readonly Piece[]; piece: Piece }>((tie) => ({
  calm: fc.array(tie('piece'), { maxLength: 3, depthIdentifier: 'calm' }),
  piece: fc.oneof(
    { maxDepth: 4, depthIdentifier: 'calm' },
    work(3),
    fixed,
    branches,
    tables,
    bulk,
    fc.record({
      kind: fc.constant('block' as const),
      signature,
      late: fc.boolean(),
      body: tie('calm'),
    }),
    fc.record({
      kind: fc.constant('if' as const),
      signature,
      taken: tie('calm'),
      otherwise: fc.option(tie('calm'), { nil: undefined }),
    }),
    fc.record({
      kind: fc.constant('counted' as const),
      turns: fc.integer({ min: 1, max: 9 }),
      early: fc.boolean(),
      signature,
      calm: tie('calm'),
    }),
  ),
})).piece;

const pieces = fc.letrec<{ body: readonly Piece[]; piece: Piece }>((tie) => {
  const body = tie('body');
  const handler = { again: fc.constantFrom(true, true, false), body };
  const weighted = <Value>(weight: number, arbitrary: fc.Arbitrary<Value>) => ({
    weight,
    arbitrary,
  });
  return {
    body: fc.array(tie('piece'), { maxLength: 6, depthIdentifier: 'body', size: 'max' }),
    piece: fc.oneof(
      { maxDepth: 4, depthIdentifier: 'body', depthSize: 'medium' },
      weighted(2, work(5)),
      weighted(1, branches),
      weighted(1, tables),
      weighted(3, fixed),
      weighted(3, bulk),
      weighted(6, calmPieces),
      weighted(1, fc.record({ kind: fc.constantFrom('return' as const, 'trap' as const) })),
      weighted(
        4,
        fc.record({
          kind: fc.constant('call' as const),
          how: fc.constantFrom<CallKind>(
            'direct',
            'direct',
            'indirect',
            'reference',
            'tail',
            'tail-indirect',
            'tail-reference',
            'panic',
          ),
          callee: fc.nat(9),
        }),
      ),
      weighted(1, throws),
      weighted(
        4,
        fc.record({
          kind: fc.constantFrom('block' as const, 'loop' as const),
          signature,
          late: fc.boolean(),
          body,
        }),
      ),
      weighted(
        3,
        fc.record({
          kind: fc.constant('if' as const),
          signature,
          taken: body,
          otherwise: fc.option(body, { nil: undefined }),
        }),
      ),
      weighted(
        4,
        fc.record({
          kind: fc.constant('try' as const),
          signature,
          late: fc.boolean(),
          body: fc.tuple(body, fc.array(throws, { maxLength: 1 })).map((parts) => parts.flat()),
          clauses: fc.array(fc.record({ tag: fc.nat(1), ...handler }), {
            maxLength: 2,
            depthIdentifier: 'body',
          }),
          all: fc.option(fc.record(handler), { nil: undefined }),
          delegate: fc.oneof(weighted(3, fc.constant(undefined)), weighted(1, fc.nat(9))),
        }),
      ),
    ),
  };
}).piece;

/** Programs of one to four functions. */
export const programs: fc.Arbitrary<Program> = fc.record({
  handlers: fc.constantFrom(
    'none' as const,
    'none' as const,
    'legacy' as const,
    'standard' as const,
  ),
  references: fc.boolean(),
  moves: fc.boolean(),
  functions: fc.array(
    fc.record({ signature, body: fc.array(pieces, { minLength: 2, maxLength: 8, size: 'max' }) }),
    { minLength: 1, maxLength: 4, size: 'max' },
  ),
});
