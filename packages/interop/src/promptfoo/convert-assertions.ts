import { JsonPlace } from '../json/json-place.js';
import { type ConvertedAssertion, KINDS } from './assertion-kinds.js';
import { ConfigFiles } from './config-files.js';
import { CODE_ADVICE, type Findings } from './findings.js';
import { findOrTell } from './convert-prompts.js';
import { fillTemplate } from './templates.js';

/** What assertions need to know of their test. */
export interface AssertionContext {
  readonly vars: Readonly<Record<string, unknown>>;
  readonly files: ConfigFiles;
  readonly findings: Findings;
  /** The model that judges, as the configuration names it. */
  readonly judge: string | undefined;
  /** Name of a provider that can give embeddings. */
  readonly embedder: string | undefined;
}

const DEFAULT_JUDGE = 'gpt-5';
/** Settings of an assertion that are read; others are told. */
const READ = new Set(['type', 'value', 'threshold', 'weight', 'metric', 'provider', 'assert']);

/** The evaluators of a list of assertions, sets of them included. @param weight Of the set that they are in. */
export async function convertAssertions(
  list: JsonPlace,
  context: AssertionContext,
  weight = 1,
): Promise<ConvertedAssertion[]> {
  const converted: ConvertedAssertion[] = [];
  const entries = list.list();
  for (const entry of entries) {
    if (entry.at('type').value === 'assert-set') {
      if (!entry.at('threshold').isMissing) {
        context.findings.add(
          entry.at('threshold').place,
          'the threshold of an assert-set',
          'all of its assertions must pass here: lower their own thresholds instead',
        );
      }
      const inner = entry.at('assert');
      const sum = inner
        .list()
        .reduce((total, each) => total + (each.at('weight').number() ?? 1), 0);
      const own = (entry.at('weight').number() ?? 1) / Math.max(sum, Number.MIN_VALUE);
      converted.push(...(await convertAssertions(inner, context, weight * own)));
      continue;
    }
    const found = await convertAssertion(entry, context, weight);
    if (found !== undefined) converted.push(found);
  }
  return converted;
}

async function convertAssertion(
  entry: JsonPlace,
  context: AssertionContext,
  weight: number,
): Promise<ConvertedAssertion | undefined> {
  const { findings } = context;
  const reference = entry.at('$ref').value;
  if (entry.at('type').isMissing && typeof reference === 'string') {
    const advice = 'only references within the configuration are followed: write it there';
    findings.add(entry.place, `the reference ${JSON.stringify(reference.slice(0, 80))}`, advice);
    return undefined;
  }
  const given = entry.at('type').text() ?? entry.reject('an assertion with a type');
  const isNot = given.startsWith('not-');
  const type = isNot ? given.slice('not-'.length) : given;
  const what = `the assertion "${given.slice(0, 80)}"`;
  const convert = Object.hasOwn(KINDS, type) ? KINDS[type] : undefined;
  if (convert === undefined) {
    const advice =
      'there is no metric for it here: look in docs/metrics, or write a plugin or a script';
    findings.add(entry.place, what, advice);
    return undefined;
  }
  const value = await valueOf(entry.at('value'), context, what);
  if (value === UNUSABLE) return undefined;
  if (value === null && NEEDS_VALUE.test(type)) {
    findings.add(entry.place, what, 'it has no value to compare with: give it one');
    return undefined;
  }
  const threshold = entry.at('threshold').number();
  const { embedder } = context;
  const found = convert({ type, isNot, value, threshold, embedder });
  if ('advice' in found) {
    findings.add(entry.place, what, found.advice);
    return undefined;
  }
  for (const [name, place] of entry.entries()) {
    if (READ.has(name)) continue;
    const isCode = name === 'transform' || name === 'contextTransform';
    findings.add(
      place.place,
      `"${name.slice(0, 80)}" of an assertion`,
      isCode ? CODE_ADVICE : 'it is left out: it has no counterpart here',
    );
  }
  if (found.remark !== undefined) findings.add(entry.place, what, found.remark);
  const isJudge = found.plugin === 'llm-judge';
  const config = isJudge ? { ...found.config, ...judgeOf(entry, context) } : found.config;
  return {
    plugin: found.plugin,
    name: nameOf(entry.at('metric').value, given),
    ...(config === undefined ? {} : { config }),
    ...(found.field === undefined
      ? {}
      : { value: { field: found.field, value: 'value' in found ? found.value : value } }),
    threshold: Math.min(1, Math.max(0, found.threshold ?? 1)),
    weight: weight * (entry.at('weight').number() ?? 1),
    ...(isJudge
      ? { permissions: { network: true, allowedHosts: ['api.openai.com'] } as const }
      : {}),
  };
}

/** Kinds that compare with something. */
const NEEDS_VALUE =
  /^(?:equals|i?contains(?:-any|-all)?|starts-with|regex|levenshtein|rouge-n|bleu|gleu|similar|llm-rubric|g-eval|factuality|model-graded-.*)$/;

const UNUSABLE = Symbol('a value that cannot be used');

/** The value of an assertion: filled with the variables of its test, or the content of a file. */
async function valueOf(
  place: JsonPlace,
  context: AssertionContext,
  what: string,
): Promise<unknown> {
  const { files, findings, vars } = context;
  const { value } = place;
  if (typeof value === 'string' && value.startsWith('file://')) {
    if (ConfigFiles.isCode(value)) {
      findings.add(place.place, `the code of ${what}`, CODE_ADVICE);
      return UNUSABLE;
    }
    const [file] = await findOrTell(files, value, place, findings);
    if (file === undefined) return UNUSABLE;
    return /\.(?:json|ya?ml)$/.test(file)
      ? (await files.document(file)).value
      : (await files.text(file)).trim();
  }
  const filled = fillAll(value, vars);
  if (filled !== undefined) return filled;
  findings.add(
    place.place,
    `the value of ${what}`,
    'it is a template with more than variables of the test: write its text',
  );
  return UNUSABLE;
}

function fillAll(value: unknown, vars: AssertionContext['vars']): unknown {
  if (value === undefined || value === null) return null;
  if (typeof value === 'string') return fillTemplate(value, vars);
  if (!Array.isArray(value)) return value;
  const list = value.map((each) => fillAll(each, vars));
  return list.includes(undefined) ? undefined : list;
}

/** The model that an assertion names, if it is one of OpenAI. */
function judgeOf(entry: JsonPlace, { judge, findings }: AssertionContext): { model: string } {
  const own = entry.at('provider');
  const named = typeof own.value === 'string' ? own.value : (own.at('id').value ?? judge);
  const model =
    typeof named === 'string' ? /^openai:(?:chat:)?([^:]+)$/.exec(named)?.[1] : undefined;
  if (typeof named === 'string' && model === undefined) {
    findings.add(
      entry.place,
      `the judge ${JSON.stringify(named.slice(0, 80))}`,
      `${DEFAULT_JUDGE} takes its place: name another in \`config\`, with its \`provider\` and \`base_url\` (docs/judges.md)`,
    );
  }
  return { model: model ?? DEFAULT_JUDGE };
}

/** A name of a column: the metric's, or that of the kind. */
function nameOf(metric: unknown, type: string): string {
  const name = typeof metric === 'string' && metric !== '' ? metric : type;
  return name.replaceAll(/[^A-Za-z0-9_-]+/g, '-').slice(0, 100) || 'check';
}

/** Assertions of `__expected` in a table, such as `contains: Paris` or `similar(0.8): Hello`. */
export function parseExpected(text: string, file: string, place: string): JsonPlace {
  const [, type, threshold, rest] =
    /^\s*((?:not-)?[a-z][a-z-]*)(?:\(([^)]*)\))?\s*(?::\s*([^]*))?$/.exec(text) ?? [];
  const name =
    type === 'grade' ? 'llm-rubric' : type === 'fn' || type === 'eval' ? 'javascript' : type;
  const base = name?.replace(/^not-/, '') ?? '';
  const isKind =
    Object.hasOwn(KINDS, base) &&
    (rest !== undefined || threshold !== undefined || /^(?:is|contains)-/.test(base));
  const assertion = isKind
    ? {
        type: name,
        ...(rest === undefined || rest === '' ? {} : { value: rest.trim() }),
        ...(threshold !== undefined && Number.isFinite(Number(threshold))
          ? { threshold: Number(threshold) }
          : {}),
      }
    : { type: 'equals', value: text };
  return new JsonPlace(assertion, file, place);
}
