// oxlint-disable typescript/consistent-type-imports -- a base class is a value
import type { Parser } from 'assemblyscript';
import { Transform } from 'assemblyscript/transform';

/** The compiler transform: writes the contract's exports for the `@plugin` class, and embeds its metadata. */
// oxlint-disable-next-line import/no-default-export -- the compiler loads a transform by it
export default class PluginTransform extends Transform {
  /** UTF-8 JSON of the metadata, once `afterParse` has run. */
  metadata: Uint8Array;
  override afterParse(parser: Parser): Promise<void>;
  /** The project's package.json, which supplies what the declaration leaves out. */
  readPackage(): Promise<object>;
  override afterCompile(module: never): void;
}
