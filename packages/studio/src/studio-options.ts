import type { CompileScript, FindPlugin } from '@testbench/bench';
import type { OptionReaders } from '@testbench/types/config';

import type { StudioRegistries } from './plugins/studio-registries.js';

/** What a studio is started with. */
export interface StudioOptions {
  /** The project: runs, data sets, plugins and labels are looked for in it, and nothing outside of it is read. @default the current folder */
  readonly folder?: string;
  /** Port on 127.0.0.1, from 0 to 65,535; 0 takes one that is free. @default 0 */
  readonly port?: number;
  /** Finds plugins by name when a run is scored again, such as those of a lockfile. @default those of the package `@testbench/plugins` */
  readonly findPlugin?: FindPlugin;
  /** Makes plugins of scripts that a run is scored with again. @default scripts are refused */
  readonly compileScript?: CompileScript;
  /** Asks registries for the gallery; only when somebody asks in the page. @default none is asked */
  readonly registries?: StudioRegistries;
}

/** What the program that starts a studio hands in. */
export type StudioTools = Pick<StudioOptions, 'findPlugin' | 'compileScript' | 'registries'>;

/** Readers of {@link StudioOptions}. */
export const STUDIO_OPTIONS: OptionReaders<StudioOptions> = {
  folder: (node) => node.text(),
  port: (node) => node.wholeNumber(0, 65_535),
  findPlugin: (node) => node.callback(),
  compileScript: (node) => node.callback(),
  registries: (node) => node.implementation('search', 'claims'),
};
