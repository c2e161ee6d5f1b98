import { existsSync } from 'node:fs';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { loadBenchmarkConfig } from '@testbench/bench';
import type { ResolvedBenchmarkConfig } from '@testbench/bench';
import { describe, expect, it } from 'vitest';

import { temporaryFolder } from '../__fixtures__/shared-files.js';
import type { Finding } from './findings.js';
import { importPromptfooConfig } from './write-benchmark.js';

interface Imported {
  readonly folder: string;
  readonly configs: readonly ResolvedBenchmarkConfig[];
  readonly records: readonly (readonly Record<string, unknown>[])[];
  readonly findings: readonly Finding[];
}

async function importYaml(
  yaml: string,
  files: Readonly<Record<string, string>> = {},
): Promise<Imported> {
  const folder = await temporaryFolder();
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  const file = join(folder, 'promptfooconfig.yaml');
  await writeFile(file, yaml);
  const { configs, findings } = await importPromptfooConfig(file, join(folder, 'testbench.yaml'));
  return {
    folder,
    findings,
    configs: await Promise.all(configs.map(({ file: each }) => loadBenchmarkConfig(each))),
    records: await Promise.all(
      configs.map(async ({ file: each }) => {
        const text = await readFile(each.replace(/\.yaml$/, '.records.jsonl'), 'utf8');
        return text
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line) as Record<string, unknown>);
      }),
    ),
  };
}

/** One test with these assertions, in YAML's flow style. */
async function importAssertions(...assertions: readonly object[]): Promise<Imported> {
  return await importYaml(
    `prompts: ['{{q}}']\nproviders: [echo]\ntests:\n  - vars: { q: hi }\n    assert: ${JSON.stringify(assertions)}\n`,
  );
}

describe('importPromptfooConfig()', () => {
  it('takes prompts, providers, defaults and tests', async () => {
    const { configs, records, findings } = await importYaml(
      `
description: Capitals
prompts:
  - 'Capital of {{ country }}? Answer in {{style}}.'
  - file://chat.json
  - id: file://more.txt
    label: more
providers:
  - openai:gpt-4o-mini
  - id: openai:chat:local
    label: mine
    config: { apiBaseUrl: 'http://localhost:8000/v1', temperature: 0, max_tokens: 20, apiKeyEnvar: MY_KEY }
  - anthropic:messages:claude-sonnet-4-5
  - ollama:chat:llama3
  - echo
defaultTest:
  vars: { style: one word }
  assert:
    - { type: icontains, value: '{{capital}}' }
tests:
  - vars: { country: [France, Gallia], capital: Paris }
  - description: second
    vars: { country: Italy, capital: Rome, style: Italian }
evaluateOptions: { maxConcurrency: 3, repeat: 2 }
`,
      {
        'chat.json': JSON.stringify([{ role: 'user', content: '{{country}}?' }]),
        'more.txt': 'One: {{country}}\n---\nTwo: {{country}}\n',
      },
    );
    expect(findings).toEqual([]);
    const [config] = configs;
    expect(config).toMatchObject({
      description: 'Capitals',
      epochs: { count: 2 },
      concurrency: 3,
      prompts: [
        { template: 'Capital of {{vars.country}}? Answer in {{vars.style}}.' },
        { name: 'chat', messages: [{ role: 'user', content: '{{vars.country}}?' }] },
        { name: 'more' },
        { name: 'more-2', template: 'Two: {{vars.country}}' },
      ],
      evaluators: [
        {
          plugin: 'contains',
          name: 'icontains',
          config: { require: 'all', ignore_case: true },
          fields: { expected: 'checks.icontains' },
          threshold: 1,
        },
      ],
    });
    expect(config!.providers).toMatchObject([
      { plugin: 'openai', models: [{ name: 'gpt-4o-mini' }] },
      {
        name: 'mine',
        config: { base_url: 'http://localhost:8000/v1', api_key_secret: 'MY_KEY' },
        models: [{ name: 'local', parameters: { temperature: 0, max_tokens: 20 } }],
        permissions: { allowedHosts: ['http://localhost:8000'] },
      },
      { plugin: 'anthropic', models: [{ name: 'claude-sonnet-4-5' }] },
      { plugin: 'openai', config: { base_url: 'http://localhost:11434/v1', api_key_secret: '' } },
      { plugin: 'echo' },
    ]);
    expect(records[0]).toMatchObject([
      {
        id: '0-0',
        vars: { style: 'one word', country: 'France', capital: 'Paris' },
        checks: { icontains: ['Paris'] },
      },
      { id: '0-1', vars: { country: 'Gallia' } },
      {
        id: '1',
        description: 'second',
        vars: { style: 'Italian' },
        checks: { icontains: ['Rome'] },
      },
    ]);
    expect(records[0]![0]!['input']).toBe('Capital of France? Answer in one word.');
  });

  it.each([
    [{ type: 'equals', value: 'a b' }, 'exact-match', 'a b', 1],
    [{ type: 'equals', value: { a: 1 } }, 'json-diff', { a: 1 }, 1],
    [{ type: 'not-equals', value: 'a.b' }, 'regex-match', 'a\\.b', 1],
    [{ type: 'contains-any', value: 'a, b' }, 'contains', ['a', 'b'], 1],
    [{ type: 'contains-all', value: ['a', 'b'] }, 'contains', ['a', 'b'], 1],
    [{ type: 'not-contains', value: 'a' }, 'contains', ['a'], 1],
    [{ type: 'starts-with', value: 'A (b)' }, 'regex-match', '^A \\(b\\)', 1],
    [{ type: 'regex', value: '\\d+' }, 'regex-match', '\\d+', 1],
    [{ type: 'is-json' }, 'json-schema', {}, 1],
    [{ type: 'contains-json', value: { type: 'object' } }, 'json-schema', { type: 'object' }, 1],
    [{ type: 'rouge-n', value: 'x', threshold: 0.6 }, 'rouge', 'x', 0.6],
    [{ type: 'bleu', value: 'x' }, 'bleu-nltk', 'x', 0.5],
    [{ type: 'gleu', value: 'x' }, 'gleu', 'x', 0.5],
    [{ type: 'levenshtein', value: 'x' }, 'levenshtein', 'x', 0.8],
    [{ type: 'llm-rubric', value: 'is polite' }, 'llm-judge', 'is polite', 0.5],
    [{ type: 'factuality', value: 'x' }, 'llm-judge', 'x', 0.5],
  ])('makes of %j the plugin %s', async (assertion, plugin, value, threshold) => {
    const { configs, records } = await importAssertions(assertion);
    expect(configs[0]!.evaluators).toMatchObject([{ plugin, threshold }]);
    expect(records[0]![0]!['checks']).toEqual({ [assertion.type]: value });
  });

  it('takes other providers, and one of them for embeddings', async () => {
    const { configs, findings } = await importYaml(`
prompts: ['{{q}}']
providers:
  - google:gemini-2.5-flash
  - id: https://api.example.com/ask
    label: own
    config: { body: { question: '{{prompt}}' }, transformResponse: 'json.answers[0].text', headers: { authorization: 'Bearer x' } }
  - id: http
    config: { url: 'http://localhost:1/x', transformResponse: '(json) => json.a' }
  - openai:embedding:text-embedding-3-small
  - openai:gpt-4o
tests: [{ vars: { q: a }, assert: [{ type: similar, value: b, threshold: 0.9 }] }]
`);
    expect(configs[0]!.providers).toMatchObject([
      { plugin: 'gemini', models: [{ name: 'gemini-2.5-flash' }] },
      {
        plugin: 'http',
        name: 'own',
        config: { body: { question: '{{prompt}}' }, answer: '$.answers[0].text' },
        permissions: { allowedHosts: ['api.example.com'] },
      },
      { plugin: 'openai', name: 'openai-gpt-4o' },
    ]);
    expect(configs[0]!.evaluators).toMatchObject([
      { plugin: 'semantic-similarity', config: { provider: 'openai-gpt-4o' }, threshold: 0.9 },
    ]);
    expect(JSON.stringify(configs)).not.toContain('Bearer');
    expect(findings.map(({ what }) => what)).toEqual([
      'the headers of a provider',
      'the provider "http"',
      'the provider "openai:embedding:text-embedding-3-small"',
      'the assertion "similar"',
    ]);
  });

  it('takes weights, names, and sets of assertions', async () => {
    const { configs } = await importAssertions(
      { type: 'contains', value: 'a', weight: 2, metric: 'Tone of voice' },
      {
        type: 'assert-set',
        weight: 3,
        assert: [
          { type: 'contains', value: 'b' },
          { type: 'contains', value: 'c', weight: 2 },
        ],
      },
    );
    expect(configs[0]!.evaluators.map(({ name, weight }) => [name, weight])).toEqual([
      ['Tone-of-voice', 2],
      ['contains', 1],
      ['contains-2', 2],
    ]);
  });

  it('writes a configuration for each kind of test', async () => {
    const { configs, records } = await importYaml(`
prompts: ['{{q}}']
providers: [echo]
tests:
  - { vars: { q: a }, assert: [{ type: equals, value: a }] }
  - { vars: { q: b }, assert: [{ type: is-json }] }
  - { vars: { q: c }, assert: [{ type: equals, value: c }] }
`);
    expect(configs.map(({ evaluators }) => evaluators.map(({ plugin }) => plugin))).toEqual([
      ['exact-match'],
      ['json-schema'],
    ]);
    expect(records.map((each) => each.length)).toEqual([2, 1]);
  });

  it('reads tests from tables and other files', async () => {
    const { records, configs } = await importYaml(
      `prompts: ['{{q}}']\nproviders: [echo]\ntests: ['file://t.csv', 'file://more*.yaml', 'file://t.jsonl']\n`,
      {
        't.csv':
          'q,__expected,__description,__metadata:level\nhi,"contains: h, i",first,3\nho,ho,,\n',
        'more1.yaml': '- vars: { q: x }\n  assert: [{ type: contains, value: x }]\n',
        't.jsonl': '{"vars":{"q":"y"},"assert":[{"type":"contains","value":"y"}]}\n',
      },
    );
    expect(configs).toHaveLength(2);
    expect(
      records.flat().map(({ vars, description, metadata }) => [vars, description, metadata]),
    ).toEqual([
      [{ q: 'hi' }, 'first', { level: '3' }],
      [{ q: 'x' }, undefined, undefined],
      [{ q: 'y' }, undefined, undefined],
      [{ q: 'ho' }, '', { level: '' }],
    ]);
  });

  it('names one by one what it cannot take, and what to do', async () => {
    const { findings } = await importYaml(`
prompts: ['{{q}}', '{{ q | upper }}', 'file://prompt.py']
providers: [echo, 'file://provider.js', 'bedrock:x', { id: 'openai:gpt-4o', config: { apiKey: sk-secret } }]
extensions: ['file://hook.js:run']
redteam: { plugins: [] }
tests:
  - vars: { q: a }
    options: { transform: 'output.trim()' }
    threshold: 0.5
    assert:
      - { type: contains, value: a }
      - { type: javascript, value: 'process.exit(1)' }
      - { type: python, value: 'file://a.py' }
      - { type: latency, threshold: 10 }
      - { type: is-xml }
      - { type: no-such-thing }
      - { type: regex, value: '(?=a)' }
      - { type: not-llm-rubric, value: x }
`);
    const told = findings.map(({ what }) => what);
    expect(told).toEqual([
      '"extensions"',
      '"redteam"',
      'a prompt with more than variables',
      'the prompt "file://prompt.py"',
      'the provider "file://provider.js"',
      'the provider "bedrock:x"',
      '"apiKey" of a provider',
      'the threshold of a test',
      '"transform" of a test',
      'the assertion "javascript"',
      'the code of the assertion "python"',
      'the assertion "latency"',
      'the assertion "is-xml"',
      'the assertion "no-such-thing"',
      'the assertion "regex"',
      'the assertion "not-llm-rubric"',
    ]);
    expect(findings.every(({ advice }) => advice.length > 20)).toBe(true);
    expect(JSON.stringify(findings)).not.toContain('sk-secret');
  });

  it('runs no code, in whatever place it stands', async () => {
    const folder = await temporaryFolder();
    const trap = join(folder, 'trap');
    const code = `require('node:fs').writeFileSync(${JSON.stringify(trap)}, '')`;
    await writeFile(join(folder, 'evil.js'), code);
    await writeFile(join(folder, 'evil.py'), `open(${JSON.stringify(trap)}, 'w')`);
    await writeFile(
      join(folder, 'promptfooconfig.yaml'),
      `
prompts: ${JSON.stringify(['{{q}}', 'file://evil.js', `{{ range.constructor(${JSON.stringify(code)})() }}`])}
providers: [echo, 'file://evil.js', 'exec:touch ${trap}', 'python:evil.py']
defaultTest: { options: { transform: 'file://evil.js' } }
extensions: ['file://evil.js:hook']
nunjucksFilters: { f: './evil.js' }
tests:
  - vars: { q: hi, v: 'file://evil.js' }
    assert:
      - { type: contains, value: h }
      - { type: javascript, value: 'file://evil.js' }
      - { type: javascript, value: ${JSON.stringify(code)} }
      - { type: equals, value: 'file://evil.js' }
`,
    );
    await importPromptfooConfig(join(folder, 'promptfooconfig.yaml'), join(folder, 'out.yaml'));
    expect(existsSync(trap)).toBe(false);
    expect(await readFile(join(folder, 'out.yaml'), 'utf8')).not.toContain('evil');
  });

  it('reads no file outside of its folder', async () => {
    const outside = await temporaryFolder();
    await writeFile(join(outside, 'secret.txt'), 'the secret');
    const folder = join(outside, 'config');
    await mkdir(folder);
    await symlink(join(outside, 'secret.txt'), join(folder, 'link.txt'));
    await writeFile(
      join(folder, 'promptfooconfig.yaml'),
      `
prompts: ['{{q}}', 'file://../secret.txt', 'file://link.txt']
providers: [echo]
tests:
  - vars: { q: hi, a: 'file://../secret.txt', b: 'file://${outside}/secret.txt', c: 'file://link.txt', d: 'file://../*.txt' }
    assert: [{ type: contains, value: hi }, { type: contains, value: 'file://link.txt' }]
`,
    );
    const file = join(folder, 'promptfooconfig.yaml');
    const { findings } = await importPromptfooConfig(file, join(folder, 'out.yaml'));
    expect(findings.filter(({ advice }) => advice.includes('outside of the folder'))).not.toEqual(
      [],
    );
    for (const name of ['out.yaml', 'out.records.jsonl']) {
      expect(await readFile(join(folder, name), 'utf8')).not.toContain('the secret');
    }
  });

  it.each([
    { yaml: 'prompts: [a', code: 'IMPORT_INVALID' },
    { yaml: 'prompts: !!js/function "function () {}"', code: 'IMPORT_INVALID' },
    { yaml: 'name: x', code: 'IMPORT_UNKNOWN_FORMAT' },
    {
      yaml: `a: &a [x]\n${Array.from({ length: 2000 }, (_, n) => `b${n}: *a`).join('\n')}`,
      code: 'IMPORT_INVALID',
    },
    { yaml: 'prompts: [a]\nproviders: [echo]\ntests: [3]', code: 'IMPORT_INVALID' },
    {
      yaml: 'prompts: [a]\nproviders: [echo]\ntests: [{ assert: [{ type: javascript, value: x }] }]',
      code: 'IMPORT_NO_SAMPLES',
    },
    {
      yaml: `prompts: [a]\nproviders: [echo]\ntests:\n  - vars: { ${'abcdefgh'
        .split('')
        .map((name) => `${name}: [1, 2, 3, 4]`)
        .join(', ')} }`,
      code: 'IMPORT_TOO_LARGE',
    },
  ])('refuses $code', async ({ yaml, code }) => {
    await expect(importYaml(yaml)).rejects.toMatchObject({ code });
  });

  it('means by a text what promptfoo means: no variable of the environment, no file', async () => {
    const { configs, folder } = await importYaml(
      "prompts: ['${env:HOME} {{q}}']\nproviders: [echo]\ntests:\n  - vars: { q: hi }\n    assert: [{ type: contains, value: '${env:HOME}' }]\n",
    );
    expect(configs[0]!.prompts[0]!.template).toBe('${env:HOME} {{vars.q}}');
    expect(await readFile(join(folder, 'testbench.yaml'), 'utf8')).toContain('$${env:HOME}');
    const body = "{ x: { $file: /etc/passwd }, p: '{{prompt}}' }";
    const provider = `{ id: https, config: { url: 'https://example.com/', body: ${body} } }`;
    await expect(
      importYaml(
        `prompts: [a]\nproviders: [${provider}]\ntests: [{ assert: [{ type: contains, value: b }] }]`,
      ),
    ).rejects.toMatchObject({
      code: 'IMPORT_INVALID',
      message: expect.stringContaining('"$file"'),
    });
  });

  it('follows references within the file, and tells others', async () => {
    const { configs, findings } = await importYaml(`
prompts: ['{{q}}']
providers: [echo]
assertionTemplates:
  polite: { type: contains, value: please, metric: Tone }
tests:
  - vars: { q: hi }
    assert:
      - $ref: '#/assertionTemplates/polite'
      - $ref: '#/assertionTemplates/polite'
        weight: 2
      - $ref: other.yaml#/polite
`);
    expect(configs[0]!.evaluators).toMatchObject([
      { name: 'Tone', weight: 1 },
      { name: 'Tone-2', weight: 2 },
    ]);
    expect(findings.map(({ what }) => what)).toEqual(['the reference "other.yaml#/polite"']);
  });

  it('refuses references that lead to themselves, or grow without end', async () => {
    const start = 'prompts: [a]\nproviders: [echo]\n';
    await expect(
      importYaml(`${start}x: { $ref: '#/y' }\ny: { $ref: '#/x' }`),
    ).rejects.toMatchObject({ code: 'IMPORT_INVALID' });
    const doubled = Array.from({ length: 30 }, (_, n) => {
      const reference = `{ $ref: '#/t${n + 1}' }`;
      return `t${n}: [${reference}, ${reference}]`;
    });
    await expect(importYaml(`${start}${doubled.join('\n')}\nt30: 1`)).rejects.toMatchObject({
      code: 'IMPORT_TOO_LARGE',
    });
  });

  it('takes prompts of tables, and messages whose texts are variables', async () => {
    const { configs, findings } = await importYaml(
      'prompts: [file://p.csv, file://chat.json, file://picture.json]\nproviders: [echo]\ntests: [{ vars: { q: hi }, assert: [{ type: contains, value: b }] }]\n',
      {
        'p.csv': 'prompt,label\n"Say {{q}}, please",say\nSing {{q}},\n',
        'chat.json': '[{"role":"user","content": {{ q | dump }} }]',
        'picture.json': '[{"role":"user","content":[{"type":"text","text":"x"}]}]',
      },
    );
    expect(configs[0]!.prompts).toMatchObject([
      { name: 'say', template: 'Say {{vars.q}}, please' },
      { name: 'p', template: 'Sing {{vars.q}}' },
      { name: 'chat', messages: [{ role: 'user', content: '{{vars.q}}' }] },
    ]);
    expect(findings.map(({ what }) => what)).toEqual(['a conversation with more than texts']);
  });

  it('tells of providers that only promptfoo can find, and sends nothing to another in their place', async () => {
    const { configs, findings } = await importYaml(`
prompts: ['{{q}}']
providers:
  - openai:chat:{{env.MODEL}}
  - { id: openai:gpt-5, config: { apiBaseUrl: '{{env.BASE}}' } }
  - file://provider.yaml
  - echo
tests: [{ vars: { q: hi }, assert: [{ type: contains, value: b }] }]
`);
    expect(configs[0]!.providers.map(({ plugin }) => plugin)).toEqual(['echo']);
    expect(findings.map(({ what }) => what)).toEqual([
      'a provider whose id is a template',
      'a provider whose address is a template',
      'the provider "file://provider.yaml"',
    ]);
  });

  it('takes scenarios without tests, variables that stay lists, and metadata of the defaults', async () => {
    const { records, findings } = await importYaml(
      `
prompts: ['{{q}}']
providers: [echo]
defaultTest:
  metadata: { kind: a, from: defaults }
  assert: [{ type: contains, value: b }]
scenarios:
  - config:
      - vars: { q: file://q.txt }
        assert: [{ type: contains, value: c }]
tests:
  - vars: { q: [one, two] }
    metadata: { kind: b }
    options: { disableVarExpansion: true }
`,
      { 'q.txt': 'a question' },
    );
    expect(records[0]).toMatchObject([
      { vars: { q: ['one', 'two'] }, metadata: { kind: 'b', from: 'defaults' } },
      { vars: { q: 'a question' }, metadata: { kind: 'a', from: 'defaults' } },
    ]);
    expect(findings.map(({ what }) => what)).toEqual(['"assert" of a scenario']);
  });

  it.each([
    { assertion: { type: 'contains' }, what: 'the assertion "contains"' },
    {
      assertion: { type: 'equals', value: '{{ q | upper }}' },
      what: 'the value of the assertion "equals"',
    },
  ])('tells of an assertion whose value is not known: $assertion', async ({ assertion, what }) => {
    const kept = { type: 'contains', value: 'b' };
    const { findings } = await importAssertions(kept, assertion);
    expect(findings.map((finding) => finding.what)).toEqual([what]);
  });

  it('knows kinds with a threshold in a table, and words that are no kinds', async () => {
    const { records, findings } = await importYaml(
      "prompts: ['{{q}}']\nproviders: [echo]\ntests: file://t.csv\n",
      { 't.csv': 'q,__expected\na,latency(100)\nb,cost\n' },
    );
    expect(records[0]).toMatchObject([{ vars: { q: 'b' }, checks: { equals: 'cost' } }]);
    expect(findings[0]!.what).toBe('the assertion "latency"');
  });
});
