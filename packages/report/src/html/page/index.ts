/**
 * The parts of the report's page, for other pages: requires a browser, `preact` and `@preact/signals`. The styles are in `@testbench/report/components.css`.
 *
 * @packageDocumentation
 */
export { ReportView } from './report-view.js';
export { DotPlot, type Dot } from './charts/dot-plot.js';
export { Histogram } from './charts/histogram.js';
export { formatCost, formatMs, formatScore, shortDigest } from './format.js';
export { PageStore, type PageRow } from './page-store.js';
export { DataTable } from './sections/data-table.js';
export { createView, type SearchState, type View } from './view.js';
export { LongText, Name } from './visible-text.js';
export { VirtualList } from './virtual-list.js';
export type { ViewState } from './view-state.js';
export type { PageIndex } from '../page-data.js';
export {
  formatCount,
  formatInterval,
  formatItems,
  formatKappa,
  formatShareOf,
} from '../../text/format-numbers.js';
