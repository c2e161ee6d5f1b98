/**
 * The compiler transform: writes the contract's exports for the `@plugin` class, and embeds its metadata.
 *
 * It extends the compiler's own `Transform`, whose declarations do not compile together with those of a browser or of Node; therefore they
 * are not named here.
 */
// oxlint-disable-next-line import/no-default-export -- the compiler loads a transform by it
export default class PluginTransform {
  /** UTF-8 JSON of the metadata, once `afterParse` has run. */
  metadata: Uint8Array;
  afterParse(parser: unknown): Promise<void>;
  /** The project's package.json, which supplies what the declaration omits. */
  readPackage(): Promise<object>;
  afterCompile(module: unknown): void;
}
