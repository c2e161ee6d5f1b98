import { beforeAll, describe, expect, it } from 'vitest';

import { compile } from './compile.js';
import { PlainHost } from './plain-host.js';

const HELLO = `
import { Evaluation, Evaluator, EvaluatorInput, plugin } from "@testbench/plugins-sdk";

@plugin({ name: "hello" })
export class Hello extends Evaluator {
  evaluate(input: EvaluatorInput): Evaluation {
    return Evaluation.pass(input.output == input.expected);
  }
}
`;

let bytes: Uint8Array<ArrayBuffer>;

beforeAll(async () => {
  bytes = await compile(HELLO, {
    plugin: true,
    flags: ['--exportStart', '_initialize'],
    // What `testbench build --optimize size` passes.
    optimize: ['--optimizeLevel', '3', '--shrinkLevel', '2', '--converge', '--noAssert'],
  });
}, 60_000);

describe('a small evaluator', () => {
  it('is under 12 kB, optimised for size', () => {
    expect(bytes.byteLength).toBeLessThan(12_000);
  });

  it('asks the host for nothing but a way to tell of errors', () => {
    const imports = WebAssembly.Module.imports(new WebAssembly.Module(bytes));
    expect(imports.map(({ name }) => name).toSorted()).toEqual(['abort', 'host_error']);
  });

  it('still tells what is wrong with its input', () => {
    const host = new PlainHost(bytes);
    expect(host.init({ key: 1 })).toBe(-2);
    expect(host.error).toBe('Cannot read the configuration: unknown key "key"; there are none');
    expect(host.init([])).toBe(-2);
    expect(host.error).toBe('Cannot read the configuration: expected an object, found a list');
    expect(host.execute({ output: 'é😀\n' })).toBe(-2);
    expect(host.error).toBe('Cannot evaluate: field "expected" is missing');
    expect(host.executeText('{"data":{"output":"\u0001"}}')).toBe(-2);
    expect(host.error).toBe('Cannot read the input as JSON: expected an escape at byte 19');
  });

  it('links the formatting of a fraction where the score is set later', async () => {
    const source = HELLO.replace(
      'return Evaluation.pass(input.output == input.expected);',
      'const e = Evaluation.pass(true); if (input.output == "half") e.score = 0.5; return e;',
    );
    const later = await compile(source, { plugin: true, flags: ['--exportStart', '_initialize'] });
    const host = new PlainHost(later);
    expect(host.init({})).toBe(0);
    expect(host.execute({ output: 'half' })).toEqual({ score: 0.5 });
    expect(host.execute({ output: 'x' })).toEqual({ score: 1 });
  });

  it('keeps its memory over a million calls', { timeout: 180_000 }, () => {
    const host = new PlainHost(bytes);
    expect(host.init({})).toBe(0);
    const input = new TextEncoder().encode(
      JSON.stringify({ data: { output: 'é😀a', expected: ['é😀b', 'x'] } }),
    );
    const call = (): bigint => {
      const { plugin_alloc, plugin_execute, plugin_free, memory } = host.exports;
      const ptr = plugin_alloc(input.length);
      new Uint8Array(memory.buffer, ptr, input.length).set(input);
      const packed = plugin_execute(ptr, input.length);
      plugin_free(ptr, input.length);
      plugin_free(Number(packed >> 32n), Number(packed & 0xffffffffn));
      return packed;
    };
    for (let count = 0; count < 100; count += 1) call();
    const before = host.exports.memory.buffer.byteLength;
    let failed = 0;
    for (let count = 0; count < 1_000_000; count += 1) if (call() < 0n) failed += 1;
    expect(failed).toBe(0);
    expect(host.exports.memory.buffer.byteLength).toBe(before);
    // One page is 64 KiB.
    expect(before).toBeLessThanOrEqual(2 * 65_536);
  });
});
