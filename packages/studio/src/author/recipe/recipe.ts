/** Which of several places in a text. */
export type Which = 'first' | 'last';

/** One change to a text: what does not find what it looks for gives an empty text. */
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

/** A text, and what is done to it. */
export interface Side {
  readonly origin: Origin;
  /** Path of a field of the record with `field`, the text itself with `text`. */
  readonly value: string;
  readonly steps: readonly Step[];
}

/** How two texts are compared. `found` looks at the left one alone. */
export type Comparison = 'equal' | 'contains' | 'number' | 'similar' | 'found';

/** One comparison, worth 0 to 1. */
export interface Check {
  readonly left: Side;
  readonly right: Side;
  readonly comparison: Comparison;
  /** With `number`: how far apart the two may be, as a share of the right one. 0 to 1. */
  readonly tolerance: number;
  /** Share in the mean. 0 to 1,000. */
  readonly weight: number;
  /** Turns the check round. */
  readonly isNegated: boolean;
}

/** What the scores of the checks become: their weighted mean, the least or the greatest of them. */
export type Combination = 'mean' | 'all' | 'any';

/** A metric, as the visual builder has it. */
export interface Recipe {
  /** As `create-plugin` takes it. */
  readonly name: string;
  readonly description: string;
  readonly checks: readonly Check[];
  readonly combination: Combination;
  /** From which score on the answer counts as right: the score is 0 or 1 then. */
  readonly threshold: number | undefined;
}

/** The side of a fresh check. */
const ANSWER: Side = { origin: 'output', value: '', steps: [] };
const EXPECTED: Side = { origin: 'expected', value: '', steps: [] };

/** A check that nobody has changed yet. */
export const FRESH_CHECK: Check = {
  left: ANSWER,
  right: EXPECTED,
  comparison: 'equal',
  tolerance: 0,
  weight: 1,
  isNegated: false,
};

/** What the builder begins with. */
export const FRESH_RECIPE: Recipe = {
  name: 'my-metric',
  description: '',
  checks: [FRESH_CHECK],
  combination: 'mean',
  threshold: undefined,
};
