/**
 * Text for terminals: a table whose columns fit, wide characters too, and numbers of summaries and comparisons as text.
 *
 * @packageDocumentation
 */
export { type Cell, type Column, type Mark, renderTable } from './render-table.js';
export {
  describeMethods,
  formatCount,
  formatDifference,
  formatDifferenceInterval,
  formatInterval,
  formatItems,
  formatMean,
  formatP,
  formatShare,
  groupDigits,
  TEST_WORDS,
  VERDICT_WORDS,
} from '../text/format-numbers.js';
