import type { Page } from 'playwright-core';

import type { Look } from '../browser/with-chromium.ts';

/** What scenarios run on. */
export interface Studied {
  /** Of the project. */
  readonly folder: string;
  readonly screenshots: string;
  /** Of the studio. */
  readonly origin: string;
}

/** One action of a person. */
export interface Scenario extends Look {
  /** True if the server is expected to refuse: a browser logs every such answer as an error. */
  readonly isError?: true;
  /**
   * Begins at the list of runs. Throws if the page is not as it should be.
   *
   * @returns What was seen.
   */
  readonly run: (page: Page, studied: Studied) => Promise<string | void>;
}
