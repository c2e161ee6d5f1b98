import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import ts from 'typescript';

const root = join(import.meta.dirname, '..');
const SOURCE = '@testbench/source';

/** An interface or type that a package exports. */
export interface ExportedType {
  /** Package and subpath without the scope, then the name: `host/http:HttpClientOptions`. */
  readonly id: string;
  readonly name: string;
  /** Names of its properties, including inherited ones. */
  readonly keys: readonly string[];
}

/** Every interface and type alias that an entry of a package exports, as the compiler sees them. */
export function exportedTypes(): ExportedType[] {
  const entries = entryFiles();
  const program = ts.createProgram([...entries.values()], {
    noEmit: true,
    strict: true,
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    customConditions: [SOURCE],
    exactOptionalPropertyTypes: true,
    types: [],
  });
  const checker = program.getTypeChecker();
  return [...entries].flatMap(([entry, file]) => {
    const module = checker.getSymbolAtLocation(program.getSourceFile(file)!)!;
    return checker.getExportsOfModule(module).flatMap((exported) => {
      const isAlias = (exported.flags & ts.SymbolFlags.Alias) !== 0;
      const symbol = isAlias ? checker.getAliasedSymbol(exported) : exported;
      const isType = ts.SymbolFlags.Interface | ts.SymbolFlags.TypeAlias;
      if ((symbol.flags & isType) === 0) return [];
      const type = checker.getDeclaredTypeOfSymbol(symbol);
      const keys = checker.getPropertiesOfType(type).map(({ name }) => name);
      return [{ id: `${entry}:${exported.name}`, name: exported.name, keys }];
    });
  });
}

/** The source file of each entry of each package. */
function entryFiles(): Map<string, string> {
  const files = new Map<string, string>();
  for (const folder of readdirSync(join(root, 'packages'))) {
    const path = join(root, 'packages', folder);
    const { exports } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')) as {
      exports: Record<string, Record<string, string> | string>;
    };
    for (const [subpath, conditions] of Object.entries(exports)) {
      if (typeof conditions === 'string') continue;
      files.set(`${folder}${subpath.slice(1)}`, join(path, conditions[SOURCE]!));
    }
  }
  return files;
}
