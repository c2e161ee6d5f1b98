import { choice, decimal, flag, text, texts, wholeNumber } from '../command-line/flags.js';

/** How records are grouped; the same for a summary and a comparison. */
export const CLUSTERS = text(
  'name',
  'what records belong together by: none, group, or a column that the rows keep (default: the column cluster, or else the groups if there are at least 10)',
);
export const ON_ERROR = choice(
  ['missing', 'wrong'],
  'whether cases without a score are left out, or count as 0',
);

/** Labels given by people, for agreement. */
export const LABEL_FLAGS = {
  label: texts(
    'evaluator=column',
    'compare an evaluator, such as a judge, with labels that people gave, in a column that the rows keep (repeatable)',
  ),
  labels: texts('evaluator=file', 'the same with labels of a file, as for calibrate (repeatable)'),
};

const FAIL_UNDER = {
  failUnder: texts(
    'metric=number',
    'exit code 3 if the mean of a metric is lower, such as exact-match=0.8 (repeatable)',
  ),
  lowerBound: flag('compare the lower end of the interval with --fail-under, not the mean'),
};

export const MAX_ERRORS = wholeNumber(
  0,
  'cases that may lack a score before the exit code is 1 (default: that of the configuration, or else 0)',
);

/** What a run must reach by its end. */
export const RUN_GATE_FLAGS = {
  ...FAIL_UNDER,
  baseline: text('file', 'exit code 3 if the run is worse than this baseline: a one-sided test'),
};

/** What a run must reach on its own: exit code 3 if it does not. */
export const REQUIREMENT_FLAGS = {
  ...FAIL_UNDER,
  maxErrors: wholeNumber(0, 'fail if more cases lack a score'),
};

/** Level of a test. */
export const ALPHA = decimal(1e-6, 0.5, 'chance of a false alarm (default: 0.05)');
