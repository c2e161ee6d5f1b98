import type { OptionReaders } from '@testbench/types/config';

/** What a studio is started with. */
export interface StudioOptions {
  /** The project: runs, data sets, plugins and labels are looked for in it, and nothing outside of it is read. @default the current folder */
  readonly folder?: string;
  /** Port on 127.0.0.1, from 0 to 65,535; 0 takes one that is free. @default 0 */
  readonly port?: number;
}

/** Readers of {@link StudioOptions}. */
export const STUDIO_OPTIONS: OptionReaders<StudioOptions> = {
  folder: (node) => node.text(),
  port: (node) => node.wholeNumber(0, 65_535),
};
