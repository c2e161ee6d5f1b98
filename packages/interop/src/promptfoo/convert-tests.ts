import type { JsonPlace } from '../json/json-place.js';
import type { ConvertedAssertion } from './assertion-kinds.js';
import { ConfigFiles } from './config-files.js';
import { type AssertionContext, convertAssertions } from './convert-assertions.js';
import { type ConvertedPrompt, findOrTell } from './convert-prompts.js';
import { combine, findTests, type FoundTest } from './expand-tests.js';
import { CODE_ADVICE, type Findings } from './findings.js';
import { fillTemplate } from './templates.js';

/** A record, and what scores its answers. */
export interface ConvertedTest {
  readonly id: string;
  readonly input: string;
  readonly vars: Readonly<Record<string, unknown>>;
  readonly description?: string;
  readonly metadata?: unknown;
  readonly assertions: readonly ConvertedAssertion[];
}

const OPTIONS_OF_TESTS = new Set(['provider', 'disableDefaultAsserts', 'disableVarExpansion']);

/** The tests of a configuration, each with its own assertions and those of the defaults. */
export async function convertTests(
  config: JsonPlace,
  prompts: readonly ConvertedPrompt[],
  { files, findings, embedder }: Pick<AssertionContext, 'files' | 'findings' | 'embedder'>,
): Promise<ConvertedTest[]> {
  let defaults = config.at('defaultTest');
  if (typeof defaults.value === 'string') {
    const [file] = await findOrTell(files, defaults.value, defaults, findings);
    defaults = file === undefined ? config.at('') : await files.document(file);
  }
  const tests: ConvertedTest[] = [];
  for (const [index, found] of (await findTests(config, files, findings)).entries()) {
    const { test } = found;
    tellTest(test, findings);
    const all = await varsOf(found, defaults, files, findings);
    const isOne = [test, defaults].some(
      (each) => each.at('options').at('disableVarExpansion').value === true,
    );
    const combinations = isOne ? [all] : combine(all, test);
    for (const [number, vars] of combinations.entries()) {
      const filled = fillVars(vars);
      const context = {
        vars: filled,
        files,
        findings,
        embedder,
        judge: judgeOf(test) ?? judgeOf(defaults),
      };
      const description = test.at('description').text();
      const metadata = metadataOf(defaults, test);
      const isOff = test.at('options').at('disableDefaultAsserts').value === true;
      tests.push({
        id: combinations.length === 1 ? String(index) : `${index}-${number}`,
        input: inputOf(filled, prompts),
        vars: filled,
        ...(description === undefined ? {} : { description }),
        ...(metadata === undefined ? {} : { metadata }),
        assertions: [
          ...(isOff ? [] : await convertAssertions(defaults.at('assert'), context)),
          ...(await convertAssertions(test.at('assert'), context)),
        ],
      });
    }
  }
  tellTest(defaults, findings);
  return tests;
}

/** Metadata of the defaults and of the test, which have precedence. */
function metadataOf(defaults: JsonPlace, test: JsonPlace): unknown {
  const [common, own] = [defaults.at('metadata'), test.at('metadata')];
  if (common.isObject && (own.isObject || own.isMissing)) {
    return { ...(common.value as object), ...(own.value as object | undefined) };
  }
  return own.isMissing ? undefined : own.value;
}

/** Variables of the defaults, of the scenario and of the test, each with precedence over those before; those in files are read. */
async function varsOf(
  { test, scenario }: FoundTest,
  defaults: JsonPlace,
  files: ConfigFiles,
  findings: Findings,
): Promise<Record<string, unknown>> {
  const vars = new Map<string, unknown>();
  for (const from of [defaults.at('vars'), scenario, test.at('vars')]) {
    if (typeof from?.value === 'string') {
      for (const file of await findOrTell(files, from.value, from, findings)) {
        for (const [name, { value }] of (await files.document(file)).entries()) {
          vars.set(name, value);
        }
      }
      continue;
    }
    for (const [name, place] of from?.entries() ?? []) {
      const value = await varOf(place, files, findings);
      if (value !== undefined) vars.set(name, value);
    }
  }
  return Object.fromEntries(vars);
}

async function varOf(place: JsonPlace, files: ConfigFiles, findings: Findings): Promise<unknown> {
  const { value } = place;
  if (typeof value !== 'string' || !value.startsWith('file://')) return value;
  if (ConfigFiles.isCode(value)) {
    findings.add(place.place, 'a variable that code makes', CODE_ADVICE);
    return undefined;
  }
  const texts: string[] = [];
  for (const file of await findOrTell(files, value, place, findings)) {
    texts.push((await files.text(file)).trim());
  }
  return texts.length > 1 ? texts : texts[0];
}

/** Variables may use others. */
function fillVars(vars: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(vars).map(([name, value]) => {
      return [name, typeof value === 'string' ? (fillTemplate(value, vars) ?? value) : value];
    }),
  );
}

/** What a record asks, for people and judges: its only variable, or the first prompt. */
function inputOf(
  vars: Readonly<Record<string, unknown>>,
  prompts: readonly ConvertedPrompt[],
): string {
  const values = Object.values(vars);
  const [only] = values;
  if (values.length === 1 && typeof only === 'string') return only;
  const template = prompts[0]?.template ?? prompts[0]?.messages?.at(-1)?.content ?? '';
  return fillTemplate(template.replaceAll('{{vars.', '{{'), vars) ?? JSON.stringify(vars);
}

function judgeOf(test: JsonPlace): string | undefined {
  const { value } = test.at('options').at('provider');
  if (typeof value === 'string') return value;
  const id = test.at('options').at('provider').at('id').value;
  return typeof id === 'string' ? id : undefined;
}

function tellTest(test: JsonPlace, findings: Findings): void {
  const known = new Set(['vars', 'assert', 'description', 'metadata', 'options', 'threshold']);
  for (const [name, place] of test.entries()) {
    if (known.has(name)) continue;
    findings.add(place.place, `"${name.slice(0, 80)}" of a test`, 'it has no counterpart here');
  }
  if (!test.at('threshold').isMissing) {
    findings.add(
      test.at('threshold').place,
      'the threshold of a test',
      'a case passes here if every evaluator reaches its own threshold; `--fail-under metric=0.8` asks for a mean',
    );
  }
  for (const [name, place] of test.at('options').entries()) {
    if (OPTIONS_OF_TESTS.has(name)) continue;
    const isCode = /transform/i.test(name);
    findings.add(
      place.place,
      `"${name.slice(0, 80)}" of a test`,
      isCode ? CODE_ADVICE : 'it has no counterpart here: write it into the prompt',
    );
  }
}
