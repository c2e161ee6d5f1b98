import type { CompileScript, FindPlugin } from '@testbench/bench';
import type { OptionReaders } from '@testbench/types/config';

import type { StudioRegistries } from './plugins/studio-registries.js';

/** Options of a studio. */
export interface StudioOptions {
  /** The project folder: runs, data sets, plugins and labels are looked up in it, and nothing outside it is read. @default the current folder */
  readonly folder?: string;
  /** Port on 127.0.0.1, from 0 to 65,535; 0 takes a free one. @default 0 */
  readonly port?: number;
  /** Finds plugins by name when a run is scored again, such as those of a lockfile. @default those of the package `@testbench/plugins` */
  readonly findPlugin?: FindPlugin;
  /** Compiles scripts to plugins when a run is scored again. @default scripts are refused */
  readonly compileScript?: CompileScript;
  /** Queries registries for the gallery, only on request in the page. @default no registries */
  readonly registries?: StudioRegistries;
}

/** The tools passed in by the program that starts a studio. */
export type StudioTools = Pick<StudioOptions, 'findPlugin' | 'compileScript' | 'registries'>;

/** Readers of {@link StudioOptions}. */
export const STUDIO_OPTIONS: OptionReaders<StudioOptions> = {
  folder: (node) => node.text(),
  port: (node) => node.wholeNumber(0, 65_535),
  findPlugin: (node) => node.callback(),
  compileScript: (node) => node.callback(),
  registries: (node) => node.implementation('search', 'claims'),
};
