// Draws the picture of the README: the shipped example, run by the real command, as displayed in a terminal.
//   node scripts/picture.mjs            compares docs/pictures/terminal.svg with what the commands print now
//   node scripts/picture.mjs --update   writes it
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { pinnedNode, run } from './lib/run.mjs';
import { root } from './lib/workspace.mjs';

const path = join(root, 'docs/pictures/terminal.svg');
const CHARACTER = 8.4;
const LINE = 20;
const MARGIN = 20;
const BAR = 34;

const folder = mkdtempSync(join(tmpdir(), 'picture-'));
try {
  const svg = draw(await record());
  if (process.argv.includes('--update')) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, svg);
  } else if (!existsSync(path) || readFileSync(path, 'utf8') !== svg) {
    console.error(
      'docs/pictures/terminal.svg is not what the example prints; run node scripts/picture.mjs --update',
    );
    process.exitCode = 1;
  }
} finally {
  rmSync(folder, { recursive: true });
}

/** The content of the terminal: each command, and the first part of its output. */
async function record() {
  const ran = await testbench(
    'run',
    'examples/arithmetic/testbench.yaml',
    '--quiet',
    '--output-dir',
    folder,
  );
  const [name] = readdirSync(folder);
  const models = ['--models', 'abacus-small,abacus-large'];
  const compared = await testbench('compare', join(folder, name), ...models);
  return [
    { kind: 'command', text: 'testbench run examples/arithmetic/testbench.yaml' },
    // The duration differs each time.
    ...lines(ran.replace(/ · [\d.]+ m?s$/m, ''), /^Intervals/),
    { kind: 'output', text: '' },
    {
      kind: 'command',
      text: 'testbench compare results/arithmetic/arithmetic-* --models abacus-small,abacus-large',
    },
    // The name of a run contains digests of its plugins, which change with every build tool.
    ...lines(compared.replaceAll(/arithmetic-[0-9a-f]{12}/g, 'arithmetic'), /^numeric-match\n/m),
  ];
}

async function testbench(...args) {
  const command = ['packages/cli/bin/testbench.js', ...args];
  const { code, output } = await run(pinnedNode(), command);
  if (code !== 0) throw new Error(`Cannot draw: testbench ${args.join(' ')} failed\n${output}`);
  return output;
}

/** The lines before the first one that a pattern matches. */
function lines(output, end) {
  const text = output.slice(0, output.search(new RegExp(end.source, 'm'))).trimEnd();
  return text.split('\n').map((line) => ({ kind: kindOf(line), text: line }));
}

function kindOf(line) {
  if (/^(model|metric) /.test(line)) return 'head';
  if (line.endsWith('better')) return 'good';
  return line.endsWith('cannot tell') ? 'open' : 'output';
}

function draw(shown) {
  const widest = Math.max(
    ...shown.map(({ kind, text }) => text.length + (kind === 'command' ? 2 : 0)),
  );
  const width = Math.ceil(widest * CHARACTER + 2 * MARGIN);
  const height = BAR + shown.length * LINE + MARGIN;
  const rows = shown.map(({ kind, text }, index) => {
    const y = BAR + 14 + index * LINE;
    const prompt = kind === 'command' ? '<tspan class="prompt">$ </tspan>' : '';
    return text === ''
      ? ''
      : `<text class="${kind}" x="${MARGIN}" y="${y}">${prompt}${escape(text)}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="A terminal: the example is run, and two models are compared">
<style>
text { font: 14px ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; fill: #d6dbe4; white-space: pre; }
.head { fill: #8f9bb0; }
.command { fill: #ffffff; font-weight: 600; }
.prompt { fill: #8fc7ff; }
.good { fill: #9fe6b8; }
.open { fill: #ffd58a; }
</style>
<rect width="${width}" height="${height}" rx="10" fill="#171b24"/>
<g fill="#4a5264"><circle cx="22" cy="17" r="5"/><circle cx="40" cy="17" r="5"/><circle cx="58" cy="17" r="5"/></g>
${rows.filter((row) => row !== '').join('\n')}
</svg>
`;
}

function escape(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
