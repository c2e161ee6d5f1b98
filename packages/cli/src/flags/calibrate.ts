import { choice, decimal, flag, text, texts, wholeNumber } from '../command-line/flags.js';

/** Flags of `testbench calibrate`. */
export const CALIBRATE_FLAGS = {
  labels: text(
    'file',
    'what people said: JSON lines, or a table (.csv, .tsv), with "id" and "label", and "who", "evaluator", "model" and more where needed',
  ),
  evaluator: texts('name', 'an evaluator that is compared (default: all) (repeatable)'),
  against: choice(
    ['score', 'grade', 'choice'],
    'what of a verdict is compared: score, grade or class (default: the class for labels that are texts, else the score)',
  ),
  threshold: decimal(
    -Number.MAX_VALUE,
    Number.MAX_VALUE,
    'both sides count as 1 from this number on, and as 0 below',
  ),
  confidence: decimal(0.5, 0.999_999, 'of the interval of kappa (default: 0.95)'),
  disagreements: wholeNumber(0, 'disagreements that are listed for each judge (default: 10)'),
  json: flag('print the calibration as JSON'),
};
