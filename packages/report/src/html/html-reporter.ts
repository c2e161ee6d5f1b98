import { PAGE_SCRIPT, PAGE_STYLES } from '#page';
import { type OptionReaders, readOptions } from '@testbench/types/config';

import type { Reporter, ReportOutput } from '../reporter.js';
import { packBytes, packText, toBase64 } from './compress.js';
import {
  DOCUMENT_END,
  formatData,
  formatDocumentHead,
  formatImage,
  formatScript,
} from './html-document.js';
import { imageElement } from './image-element.js';
import { PAGE_LIMITS, PageBuilder } from './page-builder.js';
import { pluginElement } from './plugin-element.js';
import { type ReadImage, readImages } from './read-images.js';

/** An evaluator that a page contains. */
export interface PagePlugin {
  /** `sha256:` and the hex digest of the module, as in the plan. */
  readonly digest: string;
  readonly bytes: Uint8Array;
}

/** Contents of a page in addition to the results. */
export interface HtmlReporterOptions {
  /**
   * Evaluators, together with the runtime: a reader changes an answer or an option, and sees the score change. They run in the page, metered, without any
   * permission. @default none
   */
  readonly plugins?: readonly PagePlugin[];
  /** Reads the images of records that their runs kept; the page shows up to 16 MiB of them. @default none are shown */
  readonly images?: ReadImage;
}

const OPTIONS: OptionReaders<HtmlReporterOptions> = {
  plugins: (node) => node.list().map(({ value }) => value as PagePlugin),
  images: (node) => node.callback(),
};

/**
 * Writes one HTML file that opens without a server or a network.
 *
 * Up to 50,000 records are on the page with all their texts. If there are more, it has a sample, records with failures first, and says so.
 *
 * @throws {ConfigError} If an option is invalid.
 */
export function createHtmlReporter(output: ReportOutput, given?: HtmlReporterOptions): Reporter {
  const { plugins = [], images: readImage } = readOptions<HtmlReporterOptions>(given, OPTIONS);
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
      const { index, blocks, images } = builder.finish(results);
      const hasImages = readImage !== undefined && images.length > 0;
      const hasPlugins = plugins.length > 0;
      // The runtime is seven times as large as the page.
      const script = hasPlugins ? (await import('#page-with-plugins')).PAGE_SCRIPT : PAGE_SCRIPT;
      const { title } = index;
      await output.write(
        await formatDocumentHead({ title, script, styles: PAGE_STYLES, hasPlugins, hasImages }),
      );
      await output.write(formatData('index', await packText(JSON.stringify(index))));
      for (const { digest, bytes } of plugins) {
        const packed = await packBytes(Uint8Array.from(bytes));
        await output.write(formatData(pluginElement(digest), packed));
      }
      await output.write(formatScript(script));
      for (const [number, block] of blocks.entries()) {
        await output.write(formatData(`block-${number}`, await packText(block)));
      }
      if (hasImages) {
        for await (const { digest, mediaType, bytes } of readImages(images, readImage)) {
          const id = imageElement(digest);
          await output.write(formatImage(id, mediaType, toBase64(Uint8Array.from(bytes))));
        }
      }
      await output.write(DOCUMENT_END);
    },
  };
}
