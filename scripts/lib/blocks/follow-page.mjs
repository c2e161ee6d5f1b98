import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { tail } from '../run.mjs';
import { root } from '../workspace.mjs';
import { blocksOf } from './read-blocks.mjs';

/**
 * Follows a page as a reader does: writes the files that it shows (```… file=path), compares those that a command made (```… made=path),
 * runs the commands in ```console (lines after `$ `), and looks for the lines below each command in its output. `exit=3` on a block is the
 * exit code of its last command; blocks marked `no-run` are not run. `cd` and `export` last until the end of the page.
 *
 * @param page Its path, relative to the root.
 * @param cwd The folder of the reader.
 * @param env Variables of the reader.
 * @param reader.has Whether this machine has what a block marked `needs=…` needs; if not, the block is left out, with a note.
 * @param reader.run Runs a command with `{ cwd, env }`.
 * @param reader.isIn Whether a line of the page occurs in an output.
 * @returns Why the page does not happen as it says, or undefined.
 */
export async function followPage(page, cwd, env, reader) {
  const place = { cwd, env: { ...env } };
  for (const block of blocksOf(page, readFileSync(join(root, page), 'utf8'))) {
    const { attributes } = block;
    const needed = attributes.get('needs');
    if (needed !== undefined && !(await reader.has(needed))) {
      console.log(`skipped: no ${needed}, so this was not tried:\n${block.code}`);
      continue;
    }
    const failure = compareFiles(block, place) ?? (await followCommands(block, place, reader));
    if (failure !== undefined) return failure;
  }
  return undefined;
}

function compareFiles({ attributes, code }, { cwd }) {
  const text = `${code}\n`;
  const file = attributes.get('file');
  if (file !== undefined) {
    mkdirSync(dirname(join(cwd, file)), { recursive: true });
    writeFileSync(join(cwd, file), text);
  }
  const made = attributes.get('made');
  if (made === undefined || readFileSync(join(cwd, made), 'utf8') === text) return undefined;
  return `${made} is not what the page shows`;
}

async function followCommands({ language, attributes, code }, place, reader) {
  if (language !== 'console' || attributes.has('no-run')) return undefined;
  const parts = code.trimEnd().split(/^\$ /m).slice(1);
  for (const [index, part] of parts.entries()) {
    const [command, ...expected] = part.trimEnd().split('\n');
    const [, name, value] = /^export (\w+)='?([^']*)'?$/.exec(command) ?? [];
    if (command.startsWith('cd ')) place.cwd = join(place.cwd, command.slice(3));
    else if (name !== undefined) place.env[name] = value;
    else {
      const wanted = index === parts.length - 1 ? Number(attributes.get('exit') ?? 0) : 0;
      const { code: ended, output } = await reader.run(command, place);
      if (ended !== wanted) return `"${command}" ended with ${ended}\n${tail(output)}`;
      const missing = expected.find((line) => !reader.isIn(output, line));
      if (missing !== undefined)
        return `"${command}" did not print "${missing}", but\n${tail(output)}`;
    }
  }
  return undefined;
}
