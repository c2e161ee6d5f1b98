import { rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve, sep } from 'node:path';

import { describeFileError, OutputError, writeOutput, makeFolder } from '@testbench/core/files';

import { BenchError } from '../errors.js';
import { missingFolders, removeEmpty } from '../missing-folders.js';
import { benchmarkSchema, SCHEMA_FILE } from './benchmark-schema.js';

const CONFIG_FILE = 'testbench.yaml';
const DATA_FILE = 'data.jsonl';
const SCHEMA_FOLDER = '.testbench';

const DATA = [
  ['How many legs have three cats and a hen?', 14, 'A: 14', '3 cats and a hen: 12 + 2 = 14'],
  ['What is left of 90 after a third of it is gone?', 60, 'A: 60', 'A: 30'],
  ['A train leaves at 9:40 and arrives at 11:05. How many minutes is that?', 85, 'A: 85', 'A: 85'],
  ['What is 15 % of 240?', 36, 'That is 36.', 'A: 36'],
  ['How many edges has a cube?', 12, '12', 'A: 8'],
] as const;

/**
 * Creates a benchmark: writes `testbench.yaml`, a commented example that is ready to run, and its data `data.jsonl`.
 *
 * The first line of the configuration points editors to its JSON Schema: in the installed package if that is below a `node_modules` of the folder or of a folder
 * above it, otherwise in a copy that is written to `.testbench/benchmark.schema.json`.
 *
 * @param folder Target folder; created if missing. Existing files are not replaced.
 * @returns Absolute paths of the written files, the configuration first.
 * @throws {BenchError} `BENCH_OUTPUT_FAILED`: a file already exists, or cannot be written.
 */
export async function initBenchmark(folder: string): Promise<readonly string[]> {
  const target = resolve(folder);
  const config = join(target, CONFIG_FILE);
  const data = join(target, DATA_FILE);
  const copy = join(target, SCHEMA_FOLDER, SCHEMA_FILE);
  const missing = missingFolders(dirname(copy));
  const written: string[] = [];
  const write = async (file: string, text: string): Promise<void> => {
    await writeOutput(file, text);
    written.push(file);
  };
  try {
    makeFolder(target);
    for (const file of [config, data]) await refuseExisting(file);
    const installed = installedSchema(target);
    const schema = installed ?? `./${SCHEMA_FOLDER}/${SCHEMA_FILE}`;
    if (installed === undefined) {
      makeFolder(dirname(copy));
      await write(copy, `${JSON.stringify(benchmarkSchema(), undefined, 2)}\n`);
    }
    await write(data, DATA.map(toLine).join(''));
    await write(config, configText(schema));
    return written.toReversed();
  } catch (cause) {
    await takeBack(written, missing);
    const [file, state] =
      cause instanceof OutputError ? [cause.file, cause.state] : [target, describeFileError(cause)];
    if (state === undefined) throw cause;
    const message = `Cannot create a benchmark in ${JSON.stringify(target)}: ${JSON.stringify(file)}: ${state}`;
    throw new BenchError('BENCH_OUTPUT_FAILED', message, { cause, file });
  }
}

/** Removes a partial benchmark. Folders with other files are kept. */
async function takeBack(files: readonly string[], folders: readonly string[]): Promise<void> {
  for (const file of files) await rm(file, { force: true });
  await removeEmpty(folders);
}

function toLine([question, expected, large, small]: (typeof DATA)[number]): string {
  const answers = { large, small };
  return `${JSON.stringify({ question, expected: String(expected), answers })}\n`;
}

async function refuseExisting(file: string): Promise<void> {
  const found = await stat(file).catch(() => undefined);
  if (found === undefined) return;
  throw new BenchError(
    'BENCH_OUTPUT_FAILED',
    `Cannot create a benchmark: ${JSON.stringify(file)} already exists; choose another folder, or move it`,
    { file },
  );
}

/** Path of the schema as an editor finds it from the folder; undefined if it is not in a `node_modules` that other users have too. */
function installedSchema(folder: string): string | undefined {
  try {
    const entry = createRequire(join(folder, 'index.js')).resolve('@testbench/bench');
    const file = join(dirname(entry), SCHEMA_FILE);
    const path = relative(folder, file).split(sep).join('/');
    return /^(?:\.\.\/)*node_modules\//.test(path) ? `./${path}` : undefined;
  } catch {
    return undefined;
  }
}

function configText(schema: string): string {
  return `# yaml-language-server: $schema=${schema}
#
# A benchmark. Run it with: testbench run ${CONFIG_FILE}
# Relative paths start at the folder of this file. \${env:NAME} stands for a variable of the environment.

name: first

# One JSON object a line. Others: .csv, .tsv, .json, .txt, compressed or not, several files by a pattern.
dataset:
  path: ${DATA_FILE}
  fields: { input: question, expected: expected }
  # limit: 100

# What is asked: a text with {{field}} for a field of the record, a list of messages, or a file. Without any, the record's input as it is. Each model
# is asked every prompt about every record.
prompts:
  - name: short
    template: "{{question}} Answer with the number alone."
#   - name: chat
#     messages:
#       - { role: system, content: You are a careful calculator. }
#       - { role: user, content: "{{question}}" }

# Who answers. These two models are recorded: their answers stand in the data, so that nothing is paid for.
providers:
  - plugin: replay
    models: [large, small]
  # A real one. The key is a secret of the policy, and only its host gets it.
  # - plugin: openai
  #   models:
  #     - name: gpt-4o-mini
  #       parameters: { temperature: 0 }
  #       price: { input: 0.15, output: 0.6 }   # for a million tokens
  #   calls: { maxConcurrency: 64, retries: 5 }
  #   permissions: { network: true, allowedHosts: [api.openai.com] }
# policy: policy.json

# Rewrite the answers before they are scored.
# transforms:
#   - plugin: answer-extractor

# Score the answers from 0 to 1. A case passes if every evaluator with a threshold reaches it.
evaluators:
  - plugin: numeric-match   # the last number of the answer is the right one
    config: { compare: number }
    threshold: 1
  - plugin: exact-match     # the answer is the number and nothing else
    weight: 0               # shown, but no part of the case's score

# epochs: { count: 5, reducer: pass@1 }
# budgets: { money: 1.00, tokens: 1000000 }

outputDir: runs
`;
}
