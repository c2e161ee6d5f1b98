import { parseJsonText } from '@testbench/types';
import { type OptionReaders, readOptions } from '@testbench/types/config';

import { readCappedFile } from '../config/read-capped-file.js';

/** Three plugins take one kB: room for a few thousand. */
const MAX_MANIFEST_BYTES = 1024 * 1024;

/** A plugin of the package `@testbench/plugins`. */
export interface ManifestEntry {
  readonly name: string;
  readonly version: string;
  readonly type: string;
  readonly description: string;
  readonly digest: string;
  /** Name of the module's file, next to the manifest. */
  readonly file: string;
}

/** A plugin that is built from a script of `@testbench/script` when it is used, because its module would be large. */
interface ManifestScript {
  readonly name: string;
  readonly version: string;
  readonly type: string;
  readonly description: string;
  /** Supported languages, selected by the setting `language` of its configuration; the first one is the default. */
  readonly languages: readonly string[];
}

/** The contents of the package. */
export interface PluginManifest {
  readonly formatVersion: number;
  readonly plugins: readonly ManifestEntry[];
  readonly scripts?: readonly ManifestScript[];
}

const ENTRY: OptionReaders<ManifestEntry> = {
  name: (node) => node.text(),
  version: (node) => node.text(),
  type: (node) => node.text(),
  description: (node) => node.value as string,
  digest: (node) => node.text(),
  file(node) {
    const file = node.text();
    // It must be next to the manifest.
    if (!/^[\w.-]+\.wasm$/.test(file)) node.reject('the name of a .wasm file');
    return file;
  },
};

const SCRIPT: OptionReaders<ManifestScript> = {
  name: (node) => node.text(),
  version: (node) => node.text(),
  type: (node) => node.text(),
  description: (node) => node.value as string,
  languages: (node) => node.list().map((language) => language.text()),
};

const MANIFEST: OptionReaders<PluginManifest> = {
  formatVersion: (node) => node.wholeNumber(1, 1),
  plugins: (node) =>
    node
      .list()
      .map((entry) =>
        readOptions<ManifestEntry>(entry.value, ENTRY, entry.path, [
          'name',
          'version',
          'digest',
          'file',
        ]),
      ),
  scripts: (node) =>
    node
      .list()
      .map((entry) =>
        readOptions<ManifestScript>(entry.value, SCRIPT, entry.path, [
          'name',
          'version',
          'languages',
        ]),
      ),
};

/** @throws {BenchError} It cannot be read. @throws {ConfigError} or {WireError} It is invalid. */
export async function readPluginManifest(path: string): Promise<PluginManifest> {
  const bytes = await readCappedFile(path, 'manifest', MAX_MANIFEST_BYTES);
  return readOptions<PluginManifest>(parseJsonText(bytes), MANIFEST, 'manifest', [
    'formatVersion',
    'plugins',
  ]);
}
