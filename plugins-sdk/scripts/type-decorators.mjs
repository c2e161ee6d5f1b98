// Gives the decorators separate types in the declarations for editors: what the compiler reads are functions that do nothing, and
// TypeScript takes no such function for a decorator.
import { copyFileSync } from 'node:fs';

const folder = new URL('../', import.meta.url);
copyFileSync(
  new URL('editor/decorators.d.ts', folder),
  new URL('dist/assembly/decorators.d.ts', folder),
);
