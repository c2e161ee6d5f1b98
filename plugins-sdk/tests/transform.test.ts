import { describe, expect, it } from 'vitest';

import { compile } from './compile.js';
import { PlainHost } from './plain-host.js';

const IMPORT =
  'import { Custom, Evaluation, Evaluator, EvaluatorInput, Filter, Json, JsonWriter, plugin, Provider, ProviderRequest, Completion, TextTransform } from "@testbench/plugins-sdk";\n';
const CUSTOM = 'extends Custom { run(data: Json, out: JsonWriter): void { out.json(data); } }';

async function build(source: string, packageJson?: object): Promise<PlainHost> {
  const host = new PlainHost(
    await compile(IMPORT + source, {
      plugin: true,
      flags: ['--exportStart', '_initialize'],
      ...(packageJson && { packageJson }),
    }),
  );
  expect(host.init({})).toBe(0);
  return host;
}

describe('the transform', () => {
  it('takes from package.json what the declaration leaves out', async () => {
    const host = await build(`@plugin({}) export class A ${CUSTOM}`, {
      name: '@acme/plugin-thing',
      version: '1.0.0-rc.1',
      description: 'Does things',
      author: { name: 'Ann' },
      license: 'MIT',
    });
    expect(host.metadata()).toEqual({
      name: 'thing',
      version: '1.0.0-rc.1',
      description: 'Does things',
      author: 'Ann',
      license: 'MIT',
      plugin_type: 'custom',
      capabilities: [],
      api_version: '1.0.0',
    });
  });

  it('refuses settings for a plugin that has none', async () => {
    const host = await build(`@plugin({ name: "a" }) export class A ${CUSTOM}`);
    expect(host.init({ x: 1 })).toBe(-2);
  });

  it.each([
    ['export class A {}', /no class has @plugin/],
    [
      `@plugin({}) export class A ${CUSTOM} @plugin({}) export class B ${CUSTOM}`,
      /2 classes have @plugin/,
    ],
    [
      `@plugin({}) class A ${CUSTOM}`,
      /index\.ts:2: class A is not exported; write "export class A"/,
    ],
    ['@plugin({}) export class A extends toString {}', /index\.ts:2: class A extends none of /],
    [
      '@plugin({ aggregate: "sums" }) export class A extends Evaluator { evaluate(input: EvaluatorInput): Evaluation { return new Evaluation(0); } }',
      /index\.ts:2: "aggregate" of @plugin says that class A scores whole sets; extend CorpusEvaluator/,
    ],
    ['@plugin({}) export class A {}', /index\.ts:2: class A extends none of Evaluator, /],
    [
      `@plugin({ nam: "a" }) export class A ${CUSTOM}`,
      /@plugin does not know "nam"; it knows name, /,
    ],
    ['@plugin({}) export class A extends toString {}', /class A extends none of Evaluator, /],
    [
      `@plugin({ permissions: { toString: true } }) export class A ${CUSTOM}`,
      /@plugin does not know "toString"; it knows filesystem, /,
    ],
    [
      `@plugin({ permissions: 5 }) export class A ${CUSTOM}`,
      /"permissions" of @plugin is not an object/,
    ],
    [
      `@plugin({ permissions: { network: true, allowedHosts: [] } }) export class A ${CUSTOM}`,
      /the permission "network" is true, and "allowedHosts" names nothing/,
    ],
    [
      `@plugin({ permissions: { network: false, allowedHosts: ["a.example"] } }) export class A ${CUSTOM}`,
      /"allowedHosts" names something, and "network" is not true; add "network: true"/,
    ],
    [
      `const N = "a"; @plugin({ name: N }) export class A ${CUSTOM}`,
      /must be written out in literals/,
    ],
    [
      `@plugin({}) export class A extends Custom { config: Nope; run(data: Json, out: JsonWriter): void {} }`,
      /the class Nope of "config" is not in this file/,
    ],
    [
      `class C { a: u8 = 0; } @plugin({}) export class A extends Custom { config: C = new C(); run(data: Json, out: JsonWriter): void {} }`,
      /setting "a" is of type u8; use one of string, bool/,
    ],
  ])('explains what is wrong with %s', async (source, message) => {
    await expect(build(source)).rejects.toThrow(message);
  });

  it('writes permissions that are off as they were given, and settings of any name', async () => {
    const host = await build(
      `class C { __proto__: string = "x"; }
       @plugin({ name: "a", permissions: { filesystem: false, network: false, envVars: false, allowedDirs: [], allowedHosts: [] } })
       export class A extends Custom { config: C = new C(); run(data: Json, out: JsonWriter): void { out.json(data); } }`,
    );
    const metadata = host.metadata() as Record<string, Record<string, object>>;
    expect(metadata['permissions']).toEqual({
      filesystem: false,
      network: false,
      env_vars: false,
      allowed_dirs: [],
      allowed_hosts: [],
    });
    expect(Object.keys(metadata['config_schema']?.['properties'] ?? {})).toEqual(['__proto__']);
  });

  it('asks for a name and a version', async () => {
    await expect(build(`@plugin({}) export class A ${CUSTOM}`, {})).rejects.toThrow(
      /the plugin has no name; give it in @plugin\(\{ name: "…" \}\) or in package.json/,
    );
  });
});

describe('the five types', () => {
  it('custom: any value in and out, and a result is required', async () => {
    const host = await build(`@plugin({ name: "a" }) export class A extends Custom {
      run(data: Json, out: JsonWriter): void {
        if (data.isNumber) { out.object(); return; }
        if (data.isNull) return;
        out.json(data);
      }
    }`);
    expect(host.execute({ a: [1, 'é'] })).toEqual({ a: [1, 'é'] });
    expect(host.execute(1)).toBe(-1);
    expect(host.error).toBe('Cannot write the output: no whole value');
    expect(host.execute(null)).toBe(-1);
    expect(host.execute('x')).toBe('x');
  });

  it('text transform: string to string, object to object', async () => {
    const host = await build(`@plugin({ name: "a" }) export class A extends TextTransform {
      apply(text: string): string { return text.toUpperCase(); }
    }`);
    expect(host.execute('aé')).toBe('AÉ');
    expect(host.execute({ text: 'a', k: [1], record: { big: 1 } })).toEqual({ text: 'A', k: [1] });
    expect(host.execute({ text: 1 })).toBe(-2);
    expect(host.execute(1)).toBe(-2);
    expect(host.error).toContain('found a number');
  });

  it('filter: keeps items as they came, tells why others go', async () => {
    const host = await build(`@plugin({ name: "a" }) export class A extends Filter {
      keep(item: Json): bool {
        const n = item.get("n").number();
        if (n > 2) return this.drop("too large");
        return n >= 0;
      }
    }`);
    expect(host.execute({ items: [{ n: 1, x: 'é' }, { n: 3 }, { n: -1 }, { n: 2 }] })).toEqual({
      items: [{ n: 1, x: 'é' }, { n: 2 }],
      dropped: [{ index: 1, reason: 'too large' }, { index: 2 }],
    });
    expect(host.execute({})).toBe(-2);
  });

  it('provider: prompt or messages in, text and usage out', async () => {
    const host = await build(`@plugin({ name: "a" }) export class A extends Provider {
      complete(request: ProviderRequest): Completion {
        const completion = new Completion(
          request.prompt + "|" + request.messages.length.toString() + "|" + request.stop.join(",") + "|" + request.maxTokens(7).toString(),
          request.model,
        );
        completion.promptTokens = 3;
        completion.completionTokens = 4;
        completion.finishReason = "stop";
        return completion;
      }
    }`);
    expect(host.execute({ model: 'm', prompt: 'p', stop: ['x', 'y'], max_tokens: 5 })).toEqual({
      text: 'p|1|x,y|5',
      model: 'm',
      usage: { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 },
      finish_reason: 'stop',
    });
    const messages = [
      { role: 'system', content: 's' },
      { role: 'user', content: 'u' },
    ];
    expect(host.execute({ model: 'm', messages }).text).toBe('u|2||7');
    expect(host.execute({ prompt: 'p' })).toBe(-2);
  });

  it('evaluator: about ten lines and under 20 kB when optimised for size', async () => {
    const bytes = await compile(
      `import { Evaluation, Evaluator, EvaluatorInput, plugin } from "@testbench/plugins-sdk";

@plugin({ name: "hello" })
export class Hello extends Evaluator {
  evaluate(input: EvaluatorInput): Evaluation {
    return Evaluation.pass(input.output == input.expected);
  }
}
`,
      { plugin: true, flags: ['--exportStart', '_initialize', '-Oz', '--noAssert', '--converge'] },
    );
    expect(bytes.length).toBeLessThan(20_480);
  });
});
