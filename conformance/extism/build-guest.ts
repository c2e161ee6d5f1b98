import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** What is used of the compiler. Its own declarations would change what every file of the repository knows of arrays. */
interface Compiler {
  main(
    args: readonly string[],
    io: object,
  ): Promise<{ readonly error: Error | null; readonly stderr: { toString(): string } }>;
}

const compiler: string = 'assemblyscript/asc';

/** Where asc looks for the kit. */
const modules = dirname(dirname(dirname(createRequire(import.meta.url).resolve('@extism/as-pdk'))));

/** Compiles the guest that is written with Extism's kit for AssemblyScript. @throws {Error} With the compiler's messages. */
export async function buildGuest(): Promise<Uint8Array<ArrayBuffer>> {
  const asc = (await import(compiler)) as Compiler;
  let module: Uint8Array | undefined;
  const { error, stderr } = await asc.main(
    [
      'guest.ts',
      '--path',
      modules,
      '--use',
      'abort=guest/abort',
      '--optimize',
      '--outFile',
      'guest.wasm',
    ],
    {
      readFile(name: string, base: string) {
        try {
          return readFileSync(join(base, name), 'utf8');
        } catch {
          return name === 'guest.ts'
            ? readFileSync(new URL('assembly/guest.ts', import.meta.url), 'utf8')
            : null;
        }
      },
      writeFile(name: string, contents: Uint8Array) {
        if (name === 'guest.wasm') module = contents;
      },
      listFiles: () => [],
    },
  );
  if (module === undefined) throw new Error(`${error?.message ?? ''}\n${stderr.toString()}`);
  return new Uint8Array(module);
}
