import { basename, dirname, extname, resolve } from 'node:path';

import { writeOutput } from '@testbench/core/files';
import { stringify } from 'yaml';

import { ImportError } from '../errors.js';
import type { ConvertedAssertion } from './assertion-kinds.js';
import { convertConfig, type ConvertedConfig } from './convert-config.js';
import type { ConvertedTest } from './convert-tests.js';
import { escapeDocument } from './escape-document.js';
import type { Finding } from './findings.js';
import { VARS } from './templates.js';

/** What was made of a configuration. */
export interface ImportedBenchmark {
  /** The configurations that were written: one for each kind of test, since a configuration scores all of its records in the same way. */
  readonly configs: readonly { readonly file: string; readonly records: number }[];
  readonly findings: readonly Finding[];
}

const CHECKS = 'checks';

/**
 * Writes a configuration of promptfoo as ours: the configuration, and its records next to it. Tests that are scored in different ways get
 * configurations of their own, with numbers. Code in the file is never run; what cannot be taken is in `findings`, with what to do.
 *
 * @param file A configuration of promptfoo, in YAML or JSON.
 * @param output The configuration to write, such as `testbench.yaml`.
 * @throws {ImportError} `IMPORT_UNREADABLE`, `IMPORT_INVALID`, `IMPORT_UNKNOWN_FORMAT`, `IMPORT_TOO_LARGE`; `IMPORT_NO_SAMPLES` if no test has an assertion that can be taken.
 * @throws {OutputError} A file cannot be written.
 *
 * @example
 * ```ts
 * import { mkdtempSync, writeFileSync } from 'node:fs';
 * import { join } from 'node:path';
 * import { importPromptfooConfig } from '@testbench/interop';
 *
 * const folder = mkdtempSync('/tmp/promptfoo-');
 * const file = join(folder, 'promptfooconfig.yaml');
 * writeFileSync(file, `
 * prompts: ['Say {{word}}']
 * providers: [echo]
 * tests:
 *   - vars: { word: hello }
 *     assert: [{ type: contains, value: hello }]
 * `);
 * const { configs, findings } = await importPromptfooConfig(file, join(folder, 'testbench.yaml'));
 * configs.length; // => 1
 * findings.length; // => 0
 * ```
 */
export async function importPromptfooConfig(
  file: string,
  output: string,
): Promise<ImportedBenchmark> {
  const config = await convertConfig(file);
  const groups = groupTests(config.tests);
  const findings: Finding[] = [...config.findings];
  if (config.prompts.length === 0 || config.providers.length === 0 || groups.length === 0) {
    const missing = [
      ...(config.prompts.length === 0 ? ['no prompt'] : []),
      ...(config.providers.length === 0 ? ['no provider'] : []),
      ...(groups.length === 0 ? ['no test with an assertion'] : []),
    ];
    const told = findings.map(({ place, what, advice }) => `${place}: ${what}; ${advice}`);
    const state = `it has ${missing.join(' and ')} that can be taken${told.length === 0 ? '' : ` (${told.slice(0, 5).join('. ')})`}`;
    throw new ImportError('IMPORT_NO_SAMPLES', state, { file });
  }
  const left = config.tests.filter(({ assertions }) => assertions.length === 0).length;
  if (left > 0) {
    findings.push({
      place: 'tests',
      what: `${left} of ${config.tests.length} tests without an assertion that can be taken`,
      advice: 'they are left out: give them one, or add their records to the data set',
    });
  }
  const configs: { file: string; records: number }[] = [];
  const kind = extname(output);
  const stem = output.slice(0, output.length - kind.length);
  for (const [index, tests] of groups.entries()) {
    const base = groups.length === 1 ? stem : `${stem}-${index + 1}`;
    const inputs = [{ path: file, what: 'the configuration to import' }];
    const records = `${base}.records.jsonl`;
    await writeOutput(
      records,
      tests.map((test) => `${JSON.stringify(recordOf(test))}\n`).join(''),
      {
        inputs,
      },
    );
    const name = groups.length === 1 ? nameOf(file) : `${nameOf(file)}-${index + 1}`;
    const document = escapeDocument(benchmarkOf(config, tests, name, basename(records)), file);
    const text = kind === '.json' ? JSON.stringify(document, undefined, 2) : stringify(document);
    await writeOutput(`${base}${kind}`, text.endsWith('\n') ? text : `${text}\n`, { inputs });
    configs.push({ file: `${base}${kind}`, records: tests.length });
  }
  return { configs, findings };
}

/** A test whose evaluators have names of their own. */
type NamedTest = ConvertedTest & {
  readonly evaluators: readonly (ConvertedAssertion & { readonly name: string })[];
};

/** Tests that are scored in the same way, in the order of the first of each kind. */
function groupTests(tests: readonly ConvertedTest[]): NamedTest[][] {
  const groups = new Map<string, NamedTest[]>();
  for (const test of tests) {
    if (test.assertions.length === 0) continue;
    const evaluators = nameTwice(test.assertions);
    const key = JSON.stringify(evaluators.map((each) => evaluatorOf(each)));
    const group = groups.get(key) ?? [];
    group.push({ ...test, evaluators });
    groups.set(key, group);
  }
  return [...groups.values()];
}

function nameTwice(assertions: readonly ConvertedAssertion[]): ConvertedAssertion[] {
  const used = new Set<string>();
  return assertions.map((assertion) => {
    let { name } = assertion;
    for (let n = 2; used.has(name); n += 1) name = `${assertion.name}-${n}`;
    used.add(name);
    return name === assertion.name ? assertion : Object.assign({}, assertion, { name });
  });
}

function recordOf({ id, input, vars, description, metadata, evaluators }: NamedTest): object {
  const checks = evaluators.flatMap(({ name, value }) =>
    value === undefined ? [] : [[name, value.value] as const],
  );
  return {
    id,
    input,
    ...(description === undefined ? {} : { description }),
    ...(metadata === undefined ? {} : { metadata }),
    [VARS]: vars,
    ...(checks.length === 0 ? {} : { [CHECKS]: Object.fromEntries(checks) }),
  };
}

function benchmarkOf(
  { description, prompts, providers, epochs, concurrency }: ConvertedConfig,
  tests: readonly NamedTest[],
  name: string,
  path: string,
): object {
  return {
    name,
    ...(description === undefined ? {} : { description }),
    dataset: { path },
    prompts,
    providers,
    evaluators: tests[0]!.evaluators.map(evaluatorOf),
    ...(epochs === undefined ? {} : { epochs }),
    ...(concurrency === undefined ? {} : { concurrency }),
    outputDir: 'runs',
  };
}

function evaluatorOf({
  plugin,
  name,
  config,
  value,
  threshold,
  weight,
  permissions,
}: ConvertedAssertion): object {
  return {
    plugin,
    name,
    ...(config === undefined ? {} : { config }),
    ...(value === undefined ? {} : { fields: { [value.field]: `${CHECKS}.${name}` } }),
    ...(threshold === undefined ? {} : { threshold }),
    ...(weight === 1 ? {} : { weight }),
    ...(permissions === undefined ? {} : { permissions }),
  };
}

/** The folder's name says more than that of the file, which is the same everywhere. */
function nameOf(file: string): string {
  const own = basename(file, extname(file));
  const name = own === 'promptfooconfig' ? basename(dirname(resolve(file))) : own;
  return (
    name
      .replaceAll(/[^A-Za-z0-9._-]+/g, '-')
      .replace(/^[^A-Za-z0-9]+/, '')
      .slice(0, 100) || 'promptfoo'
  );
}
