// Copies the parts of the bundle that are not code: the standard library's declarations for editors, and the licences.
// None of this is committed.
import { copyFileSync, cpSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('..', import.meta.url));
const require = createRequire(join(folder, 'package.json'));
const compiler = dirname(require.resolve('assemblyscript/package.json'));
const binaryen = dirname(createRequire(join(compiler, 'package.json')).resolve('binaryen'));

const target = join(folder, 'build');
rmSync(target, { recursive: true, force: true });
for (const part of [
  'std/assembly',
  'std/types/assembly',
  'std/assembly.json',
  'tsconfig-base.json',
]) {
  cpSync(join(compiler, part), join(target, part), { recursive: true });
}
for (const [source, name] of [
  [join(compiler, 'LICENSE'), 'assemblyscript-license.txt'],
  [join(compiler, 'NOTICE'), 'assemblyscript-notice.txt'],
  [join(binaryen, 'LICENSE'), 'binaryen-license.txt'],
]) {
  copyFileSync(source, join(target, name));
}
