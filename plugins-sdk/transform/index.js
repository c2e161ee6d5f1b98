/**
 * The compiler transform: reads the `@plugin` class, writes the contract's exports for it, and embeds
 * its metadata as the custom section that hosts read.
 *
 * Use it as `asc --transform @testbench/plugins-sdk/transform`, or let `testbench build` do so.
 */
import { NodeKind, SourceKind, Transform } from '@testbench/compiler/ast';

import { describePlugin } from './describe-plugin.js';
import { generateEntry } from './generate-entry.js';

const METADATA_SECTION = 'testbench.plugin';
const CONTRACT = '~lib/@testbench/plugins-sdk/assembly/contract';

// The compiler loads a transform by its default export.
// oxlint-disable-next-line import/no-default-export
export default class PluginTransform extends Transform {
  /** UTF-8 JSON of the metadata, once `afterParse` has run. */
  metadata = new Uint8Array();

  /** @param {{ sources: any[], parseFile(code: string, path: string, isEntry: boolean): void }} parser */
  async afterParse(parser) {
    const entries = parser.sources.filter(
      // The runtime is an entry too.
      ({ sourceKind, normalizedPath }) =>
        sourceKind === SourceKind.UserEntry && !normalizedPath.startsWith('~lib/'),
    );
    const found = entries.flatMap(findPluginClasses);
    if (found.length !== 1) {
      const file = entries[0]?.normalizedPath ?? 'the entry file';
      throw new Error(
        found.length === 0
          ? `Cannot build ${file}: no class has @plugin({ … }); put it above the class that is the plugin`
          : `Cannot build ${file}: ${found.length} classes have @plugin; a module is one plugin`,
      );
    }
    const [{ source, declaration }] = found;
    const plugin = describePlugin(source, declaration, await this.readPackage());
    this.metadata = new TextEncoder().encode(JSON.stringify(plugin.metadata));
    const code = generateEntry(plugin, this.metadata, CONTRACT);
    // Only the generated functions become exports, no matter what the author's file exports.
    source.sourceKind = SourceKind.User;
    parser.parseFile(code, 'testbench-entry.ts', true);
  }

  /** The project's package.json, which supplies what the declaration omits. */
  async readPackage() {
    // Through the compiler, which may run without a file system.
    const text = (await this.readFile('package.json', this.baseDir)) ?? '{}';
    // Some editors begin a file with a byte order mark.
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  }

  /** @param {{ addCustomSection(name: string, contents: Uint8Array): void }} module */
  afterCompile(module) {
    module.addCustomSection(METADATA_SECTION, this.metadata);
  }
}

function findPluginClasses(source) {
  return source.statements
    .filter((statement) => statement.kind === NodeKind.ClassDeclaration)
    .filter((declaration) =>
      declaration.decorators?.some((decorator) => decorator.name.text === 'plugin'),
    )
    .map((declaration) => ({ source, declaration }));
}
