import { render } from 'preact';

import { unpackText } from '../compress.js';
import { imageElement } from '../image-element.js';
import type { PageIndex } from '../page-data.js';
import { ReportView } from './report-view.js';
import { PageStore } from './page-store.js';
import type { Rescore } from './rescore-type.js';
import { createView } from './view.js';

/** The data of a block; undefined if the file was cut off before it. */
async function readData(id: string): Promise<string | undefined> {
  const find = (): string | undefined => document.getElementById(id)?.textContent ?? undefined;
  // The page appears before the browser has read the whole file: the block may still be missing.
  while (document.readyState === 'loading' && !isComplete(id)) {
    await new Promise((done) => {
      setTimeout(done, 10);
    });
  }
  return find();
}

/** True once the browser has read an element completely: then something follows it. */
function isComplete(id: string): boolean {
  return Boolean(document.getElementById(id)?.nextSibling);
}

/**
 * Shows the page.
 *
 * @param rescore Given if the page contains evaluators.
 */
export async function startPage(rescore?: Rescore): Promise<void> {
  const root = document.getElementById('app')!;
  try {
    const packed = document.getElementById('index')?.textContent;
    if (packed === undefined || packed === null) throw new Error('the file has no data');
    performance.mark('report-script');
    const index = JSON.parse(await unpackText(packed)) as PageIndex;
    performance.mark('report-index');
    const store = new PageStore(
      index,
      (block) => readData(`block-${block}`),
      (digest) => document.getElementById(imageElement(digest))?.textContent ?? undefined,
    );
    const view = createView(store, rescore);
    render(<ReportView view={view} />, root);
    performance.mark('report-shown');
  } catch (error) {
    root.textContent = `Cannot show the report: ${error instanceof Error ? error.message : String(error)}`;
    throw error;
  }
}
