/** Which of several matches in a text. */
export type Which = 'first' | 'last';

/** One change to a text: a step that does not find its target gives an empty text. */
export type Step =
  | { readonly kind: 'after'; readonly marker: string; readonly which: Which }
  | { readonly kind: 'before'; readonly marker: string; readonly which: Which }
  | { readonly kind: 'line'; readonly which: Which }
  | {
      readonly kind: 'regex';
      readonly pattern: string;
      /** 0 is the whole match. */
      readonly group: number;
      readonly which: Which;
      readonly ignoreCase: boolean;
    }
  | { readonly kind: 'json'; readonly path: string }
  | { readonly kind: 'number'; readonly which: Which }
  | { readonly kind: 'remove'; readonly marker: string }
  | { readonly kind: 'replace'; readonly marker: string; readonly replacement: string }
  | { readonly kind: 'trim' | 'spaces' | 'lower' | 'punctuation' | 'answer' };

export type StepKind = Step['kind'];

/** Where a text comes from. */
export type Origin = 'output' | 'expected' | 'input' | 'field' | 'text';

/** A text, and the steps applied to it. */
export interface Side {
  readonly origin: Origin;
  /** Path of a field of the record with `field`, the text itself with `text`. */
  readonly value: string;
  readonly steps: readonly Step[];
}

/** How two texts are compared. `found` looks only at the left one. */
export type Comparison = 'equal' | 'contains' | 'number' | 'similar' | 'found';

/** One comparison, worth 0 to 1. */
export interface Check {
  readonly left: Side;
  readonly right: Side;
  readonly comparison: Comparison;
  /** With `number`: the maximum difference, as a fraction of the right one, from 0 to 1. */
  readonly tolerance: number;
  /** Weight in the mean, from 0 to 1,000. */
  readonly weight: number;
  /** Inverts the check. */
  readonly isNegated: boolean;
}

/** How the scores of the checks are combined: their weighted mean, minimum or maximum. */
export type Combination = 'mean' | 'all' | 'any';

/** A metric, as represented in the visual builder. */
export interface Recipe {
  /** A name that `create-plugin` accepts. */
  readonly name: string;
  readonly description: string;
  readonly checks: readonly Check[];
  readonly combination: Combination;
  /** Score from which an answer counts as right: the result is then 0 or 1. */
  readonly threshold: number | undefined;
}

/** The side of a new check. */
const ANSWER: Side = { origin: 'output', value: '', steps: [] };
const EXPECTED: Side = { origin: 'expected', value: '', steps: [] };

/** A new check, without changes. */
export const FRESH_CHECK: Check = {
  left: ANSWER,
  right: EXPECTED,
  comparison: 'equal',
  tolerance: 0,
  weight: 1,
  isNegated: false,
};

/** The initial recipe of the builder. */
export const FRESH_RECIPE: Recipe = {
  name: 'my-metric',
  description: '',
  checks: [FRESH_CHECK],
  combination: 'mean',
  threshold: undefined,
};
