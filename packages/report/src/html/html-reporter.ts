import { PAGE_SCRIPT, PAGE_STYLES } from '#page';

import type { Reporter, ReportOutput } from '../reporter.js';
import { packText } from './compress.js';
import { DOCUMENT_END, formatData, formatDocumentHead, formatScript } from './html-document.js';
import { PAGE_LIMITS, PageBuilder } from './page-builder.js';

/**
 * Writes one HTML file that opens without a server or a network.
 *
 * Up to 50,000 records are on the page with all their texts. Of more there is a sample, records with failures first, and the page says so.
 */
export function createHtmlReporter(output: ReportOutput): Reporter {
  let builder: PageBuilder;
  return {
    specificationVersion: 'v1',
    name: 'html',
    start(runs) {
      builder = new PageBuilder(runs, PAGE_LIMITS);
    },
    row(row, run) {
      builder.add(row, run);
    },
    async end(results) {
      const { index, blocks } = builder.finish(results);
      const { title } = index;
      await output.write(
        await formatDocumentHead({ title, script: PAGE_SCRIPT, styles: PAGE_STYLES }),
      );
      await output.write(formatData('index', await packText(JSON.stringify(index))));
      await output.write(formatScript(PAGE_SCRIPT));
      for (const [number, block] of blocks.entries()) {
        await output.write(formatData(`block-${number}`, await packText(block)));
      }
      await output.write(DOCUMENT_END);
    },
  };
}
