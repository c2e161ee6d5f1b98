import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import ts from 'typescript';

import { loadSource } from '../../../site/generate/load-source.ts';
import { root } from '../workspace.mjs';
import { compileCode } from './compile-code.mjs';
import { isExample } from './read-blocks.mjs';
import { commandProblem, shellCommands } from './shell.mjs';

const fromBench = createRequire(join(root, 'packages/bench/package.json'));
const { default: Ajv } = await import(pathToFileURL(fromBench.resolve('ajv')).href);
const YAML = await import(pathToFileURL(fromBench.resolve('yaml')).href);
const { COMMANDS } = await loadSource(root, 'packages/cli/src/command-list.ts');
const { benchmarkSchema } = await loadSource(root, 'packages/bench/src/config/benchmark-schema.ts');
const benchmark = benchmarkSchema();
const ajv = new (Ajv.default ?? Ajv)({ strict: false, allErrors: true });
const isWhole = ajv.compile(benchmark);
// A page may show a single key of a configuration.
const { required: _required, oneOf: _oneOf, anyOf: _anyOf, allOf: _allOf, ...part } = benchmark;
const isPart = ajv.compile(part);

const CHECKS = {
  sh: shellProblems,
  console: consoleProblems,
  yaml: yamlProblems,
  json: jsonProblems,
  jsonc: ({ code }) =>
    jsonProblems({ code: ts.parseConfigFileTextToJson('x', code).error ? code : '{}' }),
  ts: typescriptProblems,
  js: typescriptProblems,
  javascript: typescriptProblems,
  typescript: (block) =>
    block.code.includes('@testbench/plugins-sdk"')
      ? compiled(block, 'assemblyscript')
      : typescriptProblems(block),
  c: (block) => compiled({ ...block, code: withTypes(block.code) }, 'c'),
  rust: (block) => compiled(block, 'rust'),
  py: pythonProblems,
  python: pythonProblems,
  // Output, data and pictures; diagrams are drawn when the site is built.
  text: () => [],
  '': ({ code }) => (/^(\$ )?(npm|npx|pnpm) /.test(code) ? shellProblems({ code }) : []),
  csv: () => [],
  mermaid: () => [],
};

/** The problems of a block in a page. */
export async function blockProblems(block) {
  // A file whose name says so shows the effect of a mistake.
  if (block.attributes.has('excerpt') || (block.attributes.get('file') ?? '').startsWith('broken'))
    return [];
  if (isExample(block)) return [];
  const check = CHECKS[block.language];
  if (check === undefined) return [`nothing checks blocks of "${block.language}"`];
  return await check(block);
}

function shellProblems({ code }) {
  return shellCommands(code).flatMap(([program, ...words]) => {
    const args = argumentsOfTestbench(program, words);
    const problem = args === undefined ? undefined : commandProblem(args, COMMANDS);
    return problem === undefined ? [] : [problem];
  });
}

/** The text after the name of the command, however it is started; undefined for other programs. */
function argumentsOfTestbench(program, words) {
  if (program === 'testbench') return words;
  if (program === 'npx' || program === 'pnpm' || program === 'bunx') {
    const at = words.findIndex((word) => /^(testbench|@testbench\/cli(@.*)?)$/.test(word));
    return at === -1 || words[0] === 'add' || words[0] === 'install'
      ? undefined
      : words.slice(at + 1);
  }
  return words[0]?.endsWith('cli/bin/testbench.js') ? words.slice(1) : undefined;
}

/** Commands follow `$ `; the rest is their output. */
function consoleProblems({ code, attributes }) {
  // The page shows the answer to a mistake.
  if (attributes.has('exit') && attributes.get('exit') === '2') return [];
  const lines = code.split('\n');
  const commands = lines.flatMap((line, index) => {
    if (!line.startsWith('$ ')) return [];
    let text = line.slice(2);
    for (let next = index + 1; text.endsWith('\\') && next < lines.length; next += 1)
      text += `\n${lines[next]}`;
    return [text];
  });
  return shellProblems({ code: commands.join('\n') });
}

function yamlProblems({ code }) {
  let value;
  try {
    value = YAML.parse(code);
  } catch (error) {
    return [`no YAML: ${error.message.split('\n', 1)[0]}`];
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  const known = Object.keys(value).filter((key) => Object.hasOwn(benchmark.properties, key));
  // Files of other programs have their own keys; a benchmark has no unknown ones.
  if (known.length === 0 || ['on', 'jobs', 'steps', 'services'].some((key) => key in value))
    return [];
  const check = benchmark.required.every((key) => key in value) ? isWhole : isPart;
  if (check(value)) return [];
  const errors = check.errors.filter(({ keyword }) => keyword !== 'anyOf' && keyword !== 'oneOf');
  return (errors.length === 0 ? check.errors : errors)
    .slice(0, 3)
    .map(
      ({ instancePath, message, params }) =>
        `configuration${instancePath}: ${message} ${JSON.stringify(params)}`,
    );
}

function jsonProblems({ code }) {
  try {
    JSON.parse(code);
    return [];
  } catch (error) {
    const lines = code.split('\n').filter((line) => line.trim() !== '');
    const isLines = lines.length > 1 && lines.every(isJson);
    return isLines ? [] : [`no JSON: ${error.message}`];
  }
}

function isJson(text) {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function typescriptProblems({ code, language }) {
  const fileName = language.startsWith('j') ? 'block.mjs' : 'block.ts';
  const compilerOptions = {
    target: ts.ScriptTarget.ESNext,
    module: ts.ModuleKind.ESNext,
    allowJs: true,
  };
  const { diagnostics = [] } = ts.transpileModule(code, {
    fileName,
    compilerOptions,
    reportDiagnostics: true,
  });
  return diagnostics.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}

async function compiled({ where, code }, language) {
  const problem = await compileCode(where, language, code);
  return problem === '' ? [] : [`${problem}\n${code}`];
}

/** A single declaration has the types that every file has. */
function withTypes(code) {
  return code.includes('#include') ? code : `#include <stdint.h>\n${code}`;
}

/** A metric is built like testbench builds it; other code with the same interpreter, together with a metric. */
async function pythonProblems({ where, code }) {
  const whole = /^(async )?def (evaluate|complete|transform|keep|run)\b|^class /m.test(code);
  // Code that is not a metric, such as a script that reads results, must not run: it is compiled inside a function.
  const inside = code.replaceAll(/^(?=.)/gm, '    ');
  const text = whole
    ? code
    : `def example():\n${inside}\n\ndef evaluate(record, context):\n    return 1\n`;
  return await compiled({ where, code: text }, 'python');
}
