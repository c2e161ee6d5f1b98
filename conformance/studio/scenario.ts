import type { Studio } from '@testbench/studio';
import type { Page } from 'playwright-core';

/** What scenarios run on. */
export interface Studied {
  readonly studio: Studio;
  /** Of the project. */
  readonly folder: string;
  readonly screenshots: string;
}

/** One action of a person. */
export interface Scenario {
  readonly name: string;
  readonly width?: number;
  readonly scheme?: 'light' | 'dark';
  /** True if the server is expected to refuse: a browser logs every such answer as an error. */
  readonly isError?: true;
  /**
   * Begins at the list of runs. Throws if the page is not as it should be.
   *
   * @returns What was seen.
   */
  readonly run: (
    page: Page,
    studied: Studied & { readonly origin: string },
  ) => Promise<string | void>;
}

export function insist(condition: boolean, state: string): asserts condition {
  if (!condition) throw new Error(state);
}
