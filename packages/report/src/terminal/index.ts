/**
 * Text for terminals: a table whose columns fit, even with wide characters, and numbers of summaries and comparisons as text.
 *
 * @packageDocumentation
 */
export type { MeasureText } from './cut-to-width.js';
export { type Cell, type Column, layOutTable, type Mark } from './lay-out-table.js';
export { measureText, renderTable } from './render-table.js';
export {
  describeMethods,
  describePlanning,
  formatCount,
  formatDifference,
  formatDifferenceInterval,
  formatInterval,
  formatItems,
  formatKappa,
  formatMean,
  formatP,
  formatShare,
  formatShareOf,
  GRADED,
  groupDigits,
  TEST_WORDS,
  VERDICT_WORDS,
} from '../text/format-numbers.js';
export { type SetLine, setLines } from '../text/set-lines.js';
