import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { importPromptfooConfig, importRuns } from '@testbench/interop';

import { type MadeEntry, makeZip } from '../../../packages/interop/src/__fixtures__/make-zip.ts';
import { type Attack, insist } from '../attack.ts';

/** What files of other tools do to those who import them. */
const BOMBS = 370;
const PATHS = 371;
const YAML = 372;
const CODE = 373;

async function inFolder<T>(action: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'testbench-import-attack-'));
  try {
    return await action(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const HEADER = JSON.stringify({ version: 2, eval: { task: 't', model: 'a/b' } });

/** Imports an archive; returns the code of its error. */
async function importArchive(
  entries: readonly MadeEntry[],
  change = (zip: Buffer) => zip,
): Promise<string> {
  return await inFolder(async (folder) => {
    const file = join(folder, 'log.eval');
    writeFileSync(file, change(makeZip([{ name: 'header.json', text: HEADER }, ...entries])));
    try {
      for await (const run of importRuns(file, { outputDir: join(folder, 'runs') })) {
        return `imported ${run.cases}`;
      }
      return 'nothing';
    } catch (error) {
      const left = readdirSync(folder).filter((name) => name !== 'log.eval' && name !== 'runs');
      insist(left.length === 0, `it left ${left.join(', ')}`);
      return (error as { code?: string }).code ?? String(error);
    }
  });
}

async function convert(
  yaml: string,
  prepare: (folder: string) => void = () => {},
): Promise<{ readonly code?: string; readonly written: string; readonly folder: string }> {
  return await inFolder(async (parent) => {
    const folder = join(parent, 'config');
    mkdirSync(folder);
    prepare(parent);
    writeFileSync(join(folder, 'promptfooconfig.yaml'), yaml.replaceAll('PARENT', parent));
    const before = process.memoryUsage().rss;
    let code: string | undefined;
    try {
      const file = join(folder, 'promptfooconfig.yaml');
      await importPromptfooConfig(file, join(folder, 'out.yaml'));
    } catch (error) {
      code = (error as { code?: string }).code ?? String(error);
    }
    insist(process.memoryUsage().rss - before < 512 * 1024 * 1024, 'it took 512 MiB');
    insist(!existsSync(join(parent, 'trap')), 'its code ran');
    const written = readdirSync(folder)
      .filter((name) => name.startsWith('out'))
      .map((name) => readFileSync(join(folder, name), 'utf8'))
      .join('\n');
    return { ...(code === undefined ? {} : { code }), written, folder };
  });
}

const attack = (row: number, name: string, run: () => Promise<string>): Attack => ({
  row,
  name,
  modes: ['host'],
  run,
});

const SPACES = ' '.repeat(64 * 1024 * 1024);

export const imports: readonly Attack[] = [
  attack(BOMBS, 'a log whose entry becomes more than it says', async () => {
    const code = await importArchive([{ name: 'samples/a.json', text: SPACES, bytes: 100 }]);
    insist(code === 'IMPORT_INVALID', code);
    return code;
  }),
  attack(BOMBS, 'a log whose entry says that it becomes 4 GiB', async () => {
    const code = await importArchive([{ name: 'samples/a.json', text: 'x', bytes: 0xffff_fffe }]);
    insist(code === 'IMPORT_TOO_LARGE', code);
    return code;
  }),
  attack(BOMBS, 'a log of 40 entries that each become 100 MB', async () => {
    const code = await importArchive(
      Array.from({ length: 40 }, (_, index) => ({
        name: `samples/${index}.json`,
        text: '{}',
        bytes: 100_000_000,
      })),
    );
    insist(code === 'IMPORT_TOO_LARGE', code);
    return code;
  }),
  attack(BOMBS, 'a log whose directory says that it has 65,535 entries', async () => {
    const code = await importArchive([], (zip) => {
      zip.writeUInt16LE(0xfffe, zip.length - 12);
      return zip;
    });
    insist(code === 'IMPORT_INVALID', code);
    return code;
  }),
  attack(BOMBS, 'a sample that names one attachment a hundred thousand times', async () => {
    const sample = {
      id: 1,
      input: '',
      metadata: Array.from({ length: 100_000 }, () => 'attachment://a'),
      attachments: { a: 'x'.repeat(100_000) },
    };
    const code = await importArchive([
      {
        name: 'samples/1.json',
        text: JSON.stringify({ ...sample, metadata: { all: sample.metadata } }),
      },
    ]);
    insist(code === 'IMPORT_TOO_LARGE', code);
    return code;
  }),
  attack(PATHS, 'names of entries and samples that lead out of a folder', async () => {
    const id = '../../../../tmp/testbench-import-evil';
    const sample = JSON.stringify({ id, input: 'q', scores: { '../x': { value: 'C' } } });
    const said = await importArchive([
      { name: '/etc/passwd', text: 'x' },
      { name: 'samples/../../evil.json', text: sample },
      { name: 'samples/ok.json', text: sample },
    ]);
    insist(said === 'imported 1', said);
    insist(!existsSync('/tmp/testbench-import-evil'), 'it wrote a file');
    return 'names are only names';
  }),
  attack(PATHS, 'files of its reader in a configuration of promptfoo', async () => {
    const { written } = await convert(
      `
prompts: ['{{q}}', 'file://../secret.txt', 'file:///etc/passwd', 'file://link.txt']
providers: [echo]
tests:
  - vars: { q: hi, a: 'file://../secret.txt', b: 'file://PARENT/secret.txt', c: 'file://link.txt' }
    assert: [{ type: contains, value: hi }, { type: equals, value: 'file://link.txt' }]
  - 'file://../secret.csv'
`,
      (parent) => {
        for (const name of ['secret.txt', 'secret.csv'])
          writeFileSync(join(parent, name), 'THE SECRET');
        symlinkSync(join(parent, 'secret.txt'), join(parent, 'config/link.txt'));
      },
    );
    insist(written.includes('hi'), 'nothing was written');
    insist(!/THE SECRET|root:/.test(written), 'it copied a file');
    return 'only files in its folder are read';
  }),
  attack(
    PATHS,
    'our own words for variables and files in a configuration of promptfoo',
    async () => {
      const tests = 'tests: [{ vars: { q: hi }, assert: [{ type: contains, value: hi }] }]';
      const { written } = await convert(
        `description: '\${env:HOME}'\nprompts: ['\${env:HOME} {{q}}']\nproviders: [{ id: 'openai:\${env:HOME}', label: '\${env:HOME}' }]\n${tests}`,
      );
      insist(written.includes('env:HOME'), 'nothing was written');
      insist(!/(?<!\$)\$\{env:/.test(written), 'it names a variable of the environment');
      const body = "{ p: '{{prompt}}', f: { $file: /etc/passwd } }";
      const provider = `{ id: https, config: { url: 'https://example.com', body: ${body} } }`;
      const { code } = await convert(`prompts: ['{{q}}']\nproviders: [${provider}]\n${tests}`);
      insist(code === 'IMPORT_INVALID', code ?? 'taken');
      return 'texts are only texts';
    },
  ),
  attack(YAML, 'tags that make objects, and aliases that multiply', async () => {
    const levels = Array.from(
      { length: 12 },
      (_, index) => `l${index + 1}: &l${index + 1} [${Array(10).fill(`*l${index}`).join(', ')}]`,
    );
    const documents = [
      'prompts: !!js/function "function () { throw 1 }"\nproviders: [echo]',
      'prompts: !!python/object/apply:os.system ["touch PARENT/trap"]\nproviders: [echo]',
      `l0: &l0 [x, x, x, x, x, x, x, x, x, x]\n${levels.join('\n')}\nprompts: *l12\nproviders: [echo]`,
      `prompts: ${'['.repeat(5000)}\nproviders: [echo]`,
    ];
    for (const document of documents) {
      const { code } = await convert(document);
      insist(code === 'IMPORT_INVALID', code ?? 'taken');
    }
    return 'IMPORT_INVALID';
  }),
  attack(CODE, 'JavaScript, Python and commands in a configuration of promptfoo', async () => {
    const code = "require('node:fs').writeFileSync('PARENT/trap', '')";
    const { written } = await convert(
      `
prompts:
  - '{{q}}'
  - file://evil.js
  - exec:touch PARENT/trap
  - "{{ range.constructor(\\"${code}\\")() }}"
providers: [echo, 'file://evil.js', 'exec:touch PARENT/trap', 'python:evil.py']
extensions: ['file://evil.js:hook']
nunjucksFilters: { f: ./evil.js }
defaultTest: { options: { transform: "${code}" } }
tests:
  - vars: { q: hi, v: 'file://evil.js' }
    assert:
      - { type: contains, value: hi }
      - { type: javascript, value: "${code}" }
      - { type: javascript, value: 'file://evil.js' }
      - { type: python, value: 'file://evil.py' }
  - 'file://evil.js'
`,
      (parent) => {
        const trap = JSON.stringify(join(parent, 'trap'));
        writeFileSync(join(parent, 'config/evil.js'), `require('fs').writeFileSync(${trap}, '')`);
        writeFileSync(join(parent, 'config/evil.py'), `open(${trap}, 'w')`);
      },
    );
    insist(!/evil|require\(|exec:/.test(written), 'it took code over');
    return 'nothing ran, and nothing of it was taken over';
  }),
];
