// Writes assembly/rubric-table.ts from the rubrics: a plugin has no files, so they are compiled into it.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../rubrics/', import.meta.url));
const target = fileURLToPath(new URL('../assembly/rubric-table.ts', import.meta.url));

/** The table as `rubrics/` gives it; a test compares it with the file. */
export function rubricTable() {
  const files = readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .sort();
  const rubrics = files.map((file) => JSON.parse(readFileSync(folder + file, 'utf8')));
  const rows = (values) => values.map((value) => `  ${JSON.stringify(value)},\n`).join('');
  return `// Written by scripts/write-rubrics.mjs from rubrics/*.json; do not edit.

export const RUBRIC_NAMES: string[] = [
${rows(rubrics.map(({ name }) => name))}];

/** Of the same places, as JSON. */
export const RUBRICS: string[] = [
${rows(rubrics.map((rubric) => JSON.stringify(rubric)))}];
`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(target, rubricTable());
