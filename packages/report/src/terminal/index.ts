/**
 * Text for terminals: a table whose columns fit, wide characters too.
 *
 * @packageDocumentation
 */
export { type Cell, type Column, type Mark, renderTable } from './render-table.js';
