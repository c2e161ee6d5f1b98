import { relative } from 'node:path';

import type { CreatedPlugin } from './create-plugin.js';

/** Describes what was created, and the next steps from the folder `cwd`. */
export function describeCreated(
  { name, type, language, directory }: CreatedPlugin,
  cwd: string,
): string {
  return (
    `Created ${name}, a plugin of type ${type} in ${language}. Next:\n\n` +
    `  cd ${relative(cwd, directory) || '.'}\n  npm install\n  npm test\n`
  );
}
