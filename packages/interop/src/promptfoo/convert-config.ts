import { extname } from 'node:path';

import { JsonPlace } from '../json/json-place.js';
import { readText } from '../json/read-file.js';
import { ImportError } from '../errors.js';
import { parseJson } from '../json/parse-json.js';
import { ConfigFiles } from './config-files.js';
import { convertPrompts, type ConvertedPrompt } from './convert-prompts.js';
import { convertProviders, type ConvertedProvider } from './convert-providers.js';
import { type ConvertedTest, convertTests } from './convert-tests.js';
import { CODE_ADVICE, type Finding, Findings } from './findings.js';
import { parseYaml } from './parse-yaml.js';
import { resolveReferences } from './resolve-references.js';

/** A configuration of promptfoo, converted. */
export interface ConvertedConfig {
  readonly description?: string;
  readonly prompts: readonly ConvertedPrompt[];
  readonly providers: readonly ConvertedProvider[];
  readonly tests: readonly ConvertedTest[];
  readonly epochs?: number;
  readonly concurrency?: number;
  readonly findings: readonly Finding[];
}

/** Parts of a configuration that are read, or say nothing about scores. */
const READ = new Set([
  '$schema',
  'description',
  'prompts',
  'providers',
  'targets',
  'tests',
  'scenarios',
  'defaultTest',
  'evaluateOptions',
  'tags',
  'sharing',
  'writeLatestResults',
  'assertionTemplates',
]);
/** Parts that are code, or run code. */
const CODE = new Set(['nunjucksFilters', 'extensions', 'derivedMetrics']);
const OPTIONS = new Set(['repeat', 'maxConcurrency', 'showProgressBar', 'cache']);
/** A configuration is a text that people write. */
const MAX_CONFIG_BYTES = 4 * 1024 * 1024;

/**
 * Converts a configuration of promptfoo. Code in it is never run, and files outside of its folder are never read.
 *
 * @param file YAML or JSON.
 * @throws {ImportError} `IMPORT_UNREADABLE`, `IMPORT_INVALID`, `IMPORT_TOO_LARGE`; `IMPORT_UNKNOWN_FORMAT` if it is no such configuration.
 */
export async function convertConfig(file: string): Promise<ConvertedConfig> {
  if (ConfigFiles.isCode(file)) {
    const state =
      'it is code, and an import never runs code: have promptfoo write it as YAML, or write it as YAML yourself';
    throw new ImportError('IMPORT_UNKNOWN_FORMAT', state, { file });
  }
  const text = await readText(file, MAX_CONFIG_BYTES);
  const parsed = extname(file) === '.json' ? parseJson(text, file) : parseYaml(text, file);
  const config = new JsonPlace(resolveReferences(parsed.value, file), file, '');
  if (!isPromptfoo(config)) {
    throw new ImportError(
      'IMPORT_UNKNOWN_FORMAT',
      'it is not a configuration of promptfoo: it has no prompts and no providers',
      { file },
    );
  }
  const files = await ConfigFiles.of(file);
  const findings = new Findings();
  tellParts(config, findings);
  const prompts = await convertPrompts(config.at('prompts'), files, findings);
  const listed = config.at('providers').isMissing ? config.at('targets') : config.at('providers');
  const providers = convertProviders(listed, findings);
  const embedder = providers.find(({ plugin }) => plugin === 'openai')?.name;
  const tests = await convertTests(config, prompts, { files, findings, embedder });
  const options = config.at('evaluateOptions');
  const epochs = wholeNumber(options.at('repeat'));
  const concurrency = wholeNumber(options.at('maxConcurrency'));
  const description = config.at('description').text();
  return {
    ...(description === undefined ? {} : { description }),
    prompts,
    providers,
    tests,
    ...(epochs === undefined || epochs < 2 ? {} : { epochs }),
    ...(concurrency === undefined ? {} : { concurrency }),
    findings: findings.all,
  };
}

/** @throws {ImportError} `IMPORT_INVALID`. */
function wholeNumber(place: JsonPlace): number | undefined {
  const number = place.number();
  if (number !== undefined && (!Number.isSafeInteger(number) || number < 1)) {
    place.reject('a whole number above 0');
  }
  return number;
}

/** True for what looks like a configuration of promptfoo. */
function isPromptfoo(config: JsonPlace): boolean {
  const has = (key: string): boolean => !config.at(key).isMissing;
  return has('prompts') && (has('providers') || has('targets') || has('tests'));
}

function tellParts(config: JsonPlace, findings: Findings): void {
  for (const [name, place] of config.entries()) {
    if (READ.has(name)) continue;
    const advice = CODE.has(name)
      ? CODE_ADVICE
      : name === 'redteam'
        ? 'red teaming stays with promptfoo: run it there'
        : name === 'outputPath'
          ? 'name `reporters` in the configuration, or use `testbench report`'
          : name === 'env'
            ? 'variables are not copied: write `${env:NAME}` where a value is needed'
            : 'it has no counterpart here';
    findings.add(place.place, `"${name.slice(0, 80)}"`, advice);
  }
  for (const [name, place] of config.at('evaluateOptions').entries()) {
    if (!OPTIONS.has(name)) {
      findings.add(
        place.place,
        `"${name.slice(0, 80)}" of the options`,
        'it has no counterpart here',
      );
    }
  }
}
