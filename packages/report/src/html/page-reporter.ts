import type { Reporter, ReportedRun } from '../reporter.js';
import { packText } from './compress.js';
import { PAGE_LIMITS, PageBuilder } from './page-builder.js';
import type { PageIndex } from './page-data.js';

/** The data of a report's page, for a server that delivers its parts. */
export interface ReportPage {
  /** As JSON, this is the input of `PageStore` of `@testbench/report/components`. */
  readonly index: PageIndex;
  /** Texts of the rows, each compressed and in base64, as `PageStore` reads them. */
  readonly blocks: readonly string[];
}

/**
 * A reporter that returns the data of the HTML page instead of the file: for a program that shows it with the same components.
 *
 * Its limits are those of the file.
 *
 * @param onPage Called once, at the end.
 */
export function createPageReporter(onPage: (page: ReportPage) => void): Reporter {
  let builder: PageBuilder;
  return {
    specificationVersion: 'v1',
    name: 'page',
    start(runs: readonly ReportedRun[]) {
      builder = new PageBuilder(runs, PAGE_LIMITS);
    },
    row(row, run) {
      builder.add(row, run);
    },
    async end(results) {
      const { index, blocks } = builder.finish(results);
      onPage({ index, blocks: await Promise.all(blocks.map(packText)) });
    },
  };
}
