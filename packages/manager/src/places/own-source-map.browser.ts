import { resolveModulePath } from '../load/read-module-file.browser.js';
import type { OwnSourceMap, SourceMapChoice } from './source-map-choice.js';

/** A caller's choice as it is now. @throws {LoadError} `LOAD_NOT_FOUND` for a text that is no address. */
export function ownSourceMap(choice: SourceMapChoice | undefined): OwnSourceMap | undefined {
  if (choice instanceof Uint8Array) return new Uint8Array(choice);
  if (choice instanceof URL) return choice.href;
  return typeof choice === 'string' ? resolveModulePath(choice) : choice;
}
