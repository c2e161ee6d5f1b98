import { extname } from 'node:path';

import { JsonPlace } from '../json/json-place.js';
import { ImportError } from '../errors.js';
import { readLines } from '../json/read-file.js';
import { parseJson } from '../json/parse-json.js';
import { ConfigFiles } from './config-files.js';
import { parseExpected } from './convert-assertions.js';
import { findOrTell } from './convert-prompts.js';
import { CODE_ADVICE, type Findings } from './findings.js';

/** A test of a configuration, as it was read. */
export interface FoundTest {
  readonly test: JsonPlace;
  /** Variables of the scenario that it belongs to. */
  readonly scenario?: JsonPlace;
}

/** Tests that a configuration may have at most; each becomes a record for every combination of its variables. */
const MAX_TESTS = 100_000;

const SCENARIO = new Set(['description', 'config', 'tests', 'vars']);

/** The tests of a configuration: written out, and in files of all kinds but code. */
export async function findTests(
  config: JsonPlace,
  files: ConfigFiles,
  findings: Findings,
): Promise<FoundTest[]> {
  const found: FoundTest[] = (await readTests(config.at('tests'), files, findings)).map((test) => ({
    test,
  }));
  for (const scenario of config.at('scenarios').list()) {
    if (!scenario.isObject) {
      findings.add(scenario.place, 'scenarios in a file', 'write them into the configuration');
      continue;
    }
    const own = await readTests(scenario.at('tests'), files, findings);
    const tests = own.length > 0 ? own : [new JsonPlace({}, config.file, scenario.place)];
    const told = [scenario, ...scenario.at('config').list()].flatMap((each) => each.entries());
    for (const [name, place] of told) {
      if (SCENARIO.has(name)) continue;
      const advice = 'only its variables are taken: write it into the tests';
      findings.add(place.place, `"${name.slice(0, 80)}" of a scenario`, advice);
    }
    for (const data of scenario.at('config').list()) {
      for (const test of tests) found.push({ test, scenario: data.at('vars') });
    }
  }
  // Without tests every prompt is asked once.
  if (found.length === 0) found.push({ test: new JsonPlace({}, config.file, 'tests') });
  if (found.length > MAX_TESTS) {
    const state = `it has ${found.length} tests, the limit is ${MAX_TESTS}`;
    throw new ImportError('IMPORT_TOO_LARGE', state, { file: config.file });
  }
  return found;
}

async function readTests(
  place: JsonPlace,
  files: ConfigFiles,
  findings: Findings,
): Promise<JsonPlace[]> {
  if (place.isMissing) return [];
  const entries = place.isList ? place.list() : [place];
  const tests: JsonPlace[] = [];
  for (const entry of entries) {
    const reference = typeof entry.value === 'string' ? entry.value : entry.at('path').text();
    if (reference === undefined) {
      if (!entry.isObject) throw entry.wrong('a test');
      tests.push(entry);
    } else if (/^(?:https?|huggingface|az|s3|gs):/.test(reference)) {
      findings.add(
        entry.place,
        'tests on a server',
        'an import fetches nothing: save them as CSV next to the configuration',
      );
    } else if (ConfigFiles.isCode(reference)) {
      findings.add(entry.place, 'tests that code makes', CODE_ADVICE);
    } else {
      for (const file of await findOrTell(files, reference, entry, findings)) {
        tests.push(...(await readTestFile(file, files, findings)));
      }
    }
  }
  return tests;
}

async function readTestFile(
  file: string,
  files: ConfigFiles,
  findings: Findings,
): Promise<JsonPlace[]> {
  const kind = extname(file);
  if (kind === '.csv' || kind === '.tsv') {
    const rows = await files.table(file);
    return rows.map((row, index) => testOfRow(row, file, `row ${index + 1}`, findings));
  }
  if (kind === '.jsonl') {
    const tests: JsonPlace[] = [];
    for await (const { line, text } of readLines(file)) {
      tests.push(parseJson(text, file, `line ${line}`));
    }
    return tests;
  }
  const document = await files.document(file);
  return document.isList ? document.list() : [document];
}

/** A row of a table: columns are variables, but for those that begin with two underscores. */
function testOfRow(
  row: Readonly<Record<string, string>>,
  file: string,
  place: string,
  findings: Findings,
): JsonPlace {
  const vars: [string, string][] = [];
  const assert: unknown[] = [];
  const metadata: [string, string][] = [];
  let threshold: number | undefined;
  let description: string | undefined;
  for (const [column, value] of Object.entries(row)) {
    if (!column.startsWith('__')) vars.push([column, value]);
    else if (/^__expected\d*$/.test(column)) {
      if (value.trim() !== '') assert.push(parseExpected(value, file, place).value);
    } else if (column === '__description') description = value;
    else if (column === '__threshold' && value.trim() !== '') threshold = Number(value);
    else if (column.startsWith('__metadata:')) metadata.push([column.slice(11), value]);
    else if (value !== '') {
      findings.add(
        place,
        `the column ${JSON.stringify(column)}`,
        'it is left out: it has no counterpart here',
      );
    }
  }
  const test = {
    vars: Object.fromEntries(vars),
    ...(assert.length === 0 ? {} : { assert }),
    ...(description === undefined ? {} : { description }),
    ...(metadata.length === 0 ? {} : { metadata: Object.fromEntries(metadata) }),
    ...(threshold === undefined ? {} : { threshold }),
  };
  return new JsonPlace(test, file, place);
}

/** Records that one test may become at most. */
const MAX_COMBINATIONS = 10_000;

/** Every combination of variables that have several values. @throws {ImportError} `IMPORT_TOO_LARGE`. */
export function combine(
  vars: Readonly<Record<string, unknown>>,
  place: JsonPlace,
): Record<string, unknown>[] {
  let combinations: Record<string, unknown>[] = [{}];
  for (const [name, value] of Object.entries(vars)) {
    // A list of objects is one value, such as a conversation.
    const isMany =
      Array.isArray(value) && value.length > 0 && value.every((each) => typeof each !== 'object');
    const values = isMany ? (value as unknown[]) : [value];
    if (combinations.length * values.length > MAX_COMBINATIONS) {
      throw new ImportError(
        'IMPORT_TOO_LARGE',
        `its variables have more than ${MAX_COMBINATIONS} combinations`,
        { file: place.file, place: place.place },
      );
    }
    combinations = combinations.flatMap((known) =>
      values.map((each) =>
        Object.defineProperty({ ...known }, name, {
          value: each,
          enumerable: true,
          configurable: true,
          writable: true,
        }),
      ),
    );
  }
  return combinations;
}
