// Gives the decorators separate types in the declarations for editors: the compiler reads functions that do nothing, and
// TypeScript does not accept such a function as a decorator.
import { copyFileSync } from 'node:fs';

const folder = new URL('../', import.meta.url);
copyFileSync(
  new URL('editor/decorators.d.ts', folder),
  new URL('dist/assembly/decorators.d.ts', folder),
);
