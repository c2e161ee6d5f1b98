import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { BuildError, type Diagnostic } from './build-error.js';
import type { CompileRequest, Compiled } from './compile-assembly.js';
import { compileFailed } from './compile-failed.js';
import { readDwarfPlaces } from './places/dwarf-places.js';
import { programsNamed, runCompiler } from './run-compiler.js';

const TARGET = 'wasm32-unknown-unknown';

/**
 * Compiles a Rust plugin with the first cargo on the search path whose compiler knows `wasm32-unknown-unknown`: next to
 * a rustup without that target there may be a distribution's compiler that has it.
 *
 * @throws {BuildError} `BUILD_NO_PROJECT`, `BUILD_NO_COMPILER` or `BUILD_COMPILE_FAILED`.
 */
export async function compileRust(request: CompileRequest): Promise<Compiled> {
  const { directory, entry, optimize, sourceMap, flags } = request;
  // A watcher and a cache look at the files in it.
  if (!existsSync(join(directory, 'src'))) {
    throw new BuildError(
      'BUILD_NO_PROJECT',
      `Cannot build ${JSON.stringify(directory)}: it has no folder "src"; the sources of a crate must stand there`,
    );
  }
  const { cargo, rustc } = await findCargo(directory, entry);
  const profile: Record<string, string> =
    optimize === 'size' ? { CARGO_PROFILE_RELEASE_OPT_LEVEL: 'z' } : {};
  const run = await runCompiler(
    cargo,
    ['build', '--release', '--target', TARGET, '--message-format', 'json', ...flags],
    directory,
    // The names of functions are for the size report, and line tables for the source map; both are removed later.
    {
      RUSTC: rustc,
      CARGO_PROFILE_RELEASE_STRIP: sourceMap ? 'none' : 'debuginfo',
      ...(sourceMap ? { CARGO_PROFILE_RELEASE_DEBUG: '1' } : {}),
      ...profile,
    },
  );
  const messages = run.stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as CargoMessage);
  const errors = diagnostics(messages, 'error');
  if (run.code !== 0) throw compileFailed(entry, errors, run.stderr);
  const module = messages
    .flatMap(({ filenames = [] }) => filenames)
    .findLast((path) => path.endsWith('.wasm'));
  if (module === undefined) {
    throw compileFailed('Cargo.toml', [
      {
        file: 'Cargo.toml',
        line: 0,
        column: 0,
        message: 'it makes no WebAssembly; give [lib] the line crate-type = ["cdylib"]',
      },
    ]);
  }
  const bytes = new Uint8Array(await readFile(module));
  return {
    bytes,
    places: sourceMap ? readDwarfPlaces(bytes, directory) : undefined,
    warnings: diagnostics(messages, 'warning'),
    inputs: ['Cargo.toml', 'Cargo.lock', ...sourcesIn(directory)].map((name) =>
      join(directory, name),
    ),
  };
}

function sourcesIn(directory: string): string[] {
  return readdirSync(join(directory, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.rs'))
    .map((name) => join('src', name));
}

/** A line of `cargo --message-format json`, as far as it is read here. */
interface CargoMessage {
  readonly filenames?: readonly string[];
  readonly message?: {
    readonly level: string;
    readonly message: string;
    readonly spans: readonly {
      readonly file_name: string;
      readonly line_start: number;
      readonly column_start: number;
      readonly text: readonly { readonly text: string }[];
      readonly is_primary: boolean;
      readonly label: string | null;
    }[];
    readonly children: readonly {
      readonly level: string;
      readonly message: string;
      readonly spans: readonly { readonly suggested_replacement: string | null }[];
    }[];
  };
}

function diagnostics(messages: readonly CargoMessage[], level: string): Diagnostic[] {
  return messages.flatMap(({ message }) => {
    if (message === undefined || message.level !== level) return [];
    // "aborting due to 2 previous errors" and the like.
    const span = message.spans.find(({ is_primary }) => is_primary);
    if (span === undefined && message.children.length === 0) return [];
    const help = describeHelp(message.children.find((child) => child.level === 'help'));
    const detail = span?.label ? ` (${span.label})` : '';
    return [
      {
        file: span?.file_name ?? '',
        line: span?.line_start ?? 0,
        column: span?.column_start ?? 0,
        message: firstLine(`${message.message}${detail}`) + (help ? `; ${help}` : ''),
        ...(span?.text[0] === undefined ? {} : { excerpt: span.text[0].text }),
      },
    ];
  });
}

type Child = NonNullable<CargoMessage['message']>['children'][number];

/** The compiler's suggestion; for an unknown name, the name that was probably meant. */
function describeHelp(help: Child | undefined): string {
  if (help === undefined) return '';
  const meant = help.spans[0]?.suggested_replacement;
  const isName = typeof meant === 'string' && /^[\w:]+$/.test(meant);
  return firstLine(help.message) + (isName ? `, did you mean "${meant}"?` : '');
}

function firstLine(text: string): string {
  return text.split('\n')[0]!;
}

async function findCargo(
  directory: string,
  entry: string,
): Promise<{ readonly cargo: string; readonly rustc: string }> {
  for (const cargo of programsNamed('cargo')) {
    const rustc = join(dirname(cargo), 'rustc');
    const { code, stdout } = await runCompiler(
      rustc,
      ['--print', 'target-libdir', '--target', TARGET],
      directory,
    );
    if (code === 0 && existsSync(stdout.trim())) return { cargo, rustc };
  }
  throw new BuildError(
    'BUILD_NO_COMPILER',
    `Cannot build ${entry}: no cargo here compiles for ${TARGET}; run \`rustup target add ${TARGET}\`, or on Debian ` +
      'install rustc, cargo, lld and libstd-rust-dev-wasm32',
  );
}
