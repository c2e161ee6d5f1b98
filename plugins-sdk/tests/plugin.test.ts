import { beforeAll, describe, expect, it } from 'vitest';

import { compile } from './compile.js';
import { PlainHost } from './plain-host.js';

const EVALUATOR = `
import {
  contextValue, CorpusEvaluator, emit, env, Evaluation, EvaluatorInput, fail, Json, log, now, oneOf, plugin, random, range,
  reportMetric, requestId, state, Sums,
} from "@testbench/plugins-sdk";

class Options {
  /** What to do.
   *  @remarks not shown */
  @oneOf(["length", "words"])
  mode: string = "length";
  @range(0, 1)
  share: f64 = 0.25;
  limit: i32 = 3;
  flag: bool = true;
  words: string[] = ["a", "b"];
  weights: f64[] = [1, 2.5];
  extra: Json = Json.missing;
}

@plugin({
  name: "kitchen-sink",
  version: "2.0.0",
  permissions: { network: true, allowedHosts: ["example.org"] },
  custom: { color: "blue" },
  metering: "exact",
})
export class Sink extends CorpusEvaluator {
  config: Options = new Options();
  kept: Json = Json.missing;

  start(): void {
    if (this.config.limit == 99) fail("limit 99 is too much", -40);
    log.info("started with " + this.config.mode);
  }

  evaluate(input: EvaluatorInput): Evaluation {
    const output = input.output;
    if (output == "log") log.warn("é😀");
    if (output == "fail") fail("no way", -7);
    if (output == "throw") throw new Error("this is the end");
    if (output == "nan") return new Evaluation(NaN);
    if (output == "emit") emit("chunk");
    if (output == "state") {
      const seen = state.get("n");
      state.set("n", seen === null ? "x".repeat(1000) : seen + "y");
      return new Evaluation(0).metric("length", seen === null ? -1 : seen.length);
    }
    if (output == "env") return new Evaluation(0).explain((env("LONG") || "").length.toString() + (env("NO") === null).toString());
    if (output == "random") return new Evaluation(random());
    if (output == "time") return new Evaluation(0).metric("time", <f64>now());
    if (output == "context") return new Evaluation(0).explain(requestId() + "/" + contextValue("k"));
    if (output == "keep") this.kept = input.field("extra");
    if (output == "kept") return new Evaluation(0).explain(this.kept.source());
    if (output == "config") {
      const c = this.config;
      return new Evaluation(0).explain(
        c.mode + c.share.toString() + c.limit.toString() + c.flag.toString() + c.words.join("") + c.weights.join("+") + c.extra.get("deep").text(),
      );
    }
    reportMetric("seen", 1);
    return Evaluation.pass(output == input.expected).confidence(0.5);
  }

  aggregate(sums: Sums): Evaluation {
    return new Evaluation(sums.get("right") / sums.n)
      .metric("mean", sums.mean("length"))
      .metric("bins", sums.find("bin_1") + sums.find("bin_2"))
      .explain(sums.has("bin_1").toString() + sums.has("bin_2").toString());
  }
}
`;

let bytes: Uint8Array<ArrayBuffer>;

function load(config: unknown = {}): PlainHost {
  const host = new PlainHost(bytes);
  expect(host.init(config)).toBe(0);
  return host;
}

beforeAll(async () => {
  bytes = await compile(EVALUATOR, { plugin: true, flags: ['--exportStart', '_initialize'] });
}, 60_000);

describe('metadata', () => {
  it('stands in the custom section and in plugin_metadata, byte by byte the same', () => {
    const module = new WebAssembly.Module(bytes);
    const [section] = WebAssembly.Module.customSections(module, 'testbench.plugin');
    const metadata = JSON.parse(new TextDecoder().decode(section));
    expect(load().metadata()).toEqual(metadata);
    expect(metadata).toEqual({
      name: 'kitchen-sink',
      version: '2.0.0',
      description: '',
      author: '',
      plugin_type: 'evaluator',
      capabilities: ['text_evaluation'],
      api_version: '1.0.0',
      permissions: { network: true, allowed_hosts: ['example.org'] },
      custom: { color: 'blue' },
      metering: 'exact',
      aggregate: 'sums',
      config_schema: {
        type: 'object',
        additionalProperties: false,
        properties: {
          mode: {
            type: 'string',
            description: 'What to do.',
            enum: ['length', 'words'],
            default: 'length',
          },
          share: { type: 'number', minimum: 0, maximum: 1, default: 0.25 },
          limit: { type: 'integer', default: 3 },
          flag: { type: 'boolean', default: true },
          words: { type: 'array', items: { type: 'string' }, default: ['a', 'b'] },
          weights: { type: 'array', items: { type: 'number' }, default: [1, 2.5] },
          extra: {},
        },
      },
    });
  });

  it('asks the host only for the functions that the plugin uses', () => {
    const imports = WebAssembly.Module.imports(new WebAssembly.Module(bytes));
    expect(imports.map(({ module, name }) => `${module}.${name}`).toSorted()).toEqual([
      'env.abort',
      'env.host_current_time_ms',
      'env.host_emit',
      'env.host_env_get',
      'env.host_error',
      'env.host_get_state',
      'env.host_log',
      'env.host_random',
      'env.host_set_state',
    ]);
  });
});

describe('configuration', () => {
  it('fills the class, defaults where nothing is given', () => {
    expect(load().execute({ output: 'config' }).explanation).toBe('length0.253trueab1.0+2.5');
    const config = {
      mode: 'words',
      share: 1,
      limit: -2,
      flag: false,
      words: [],
      weights: [0.5],
      extra: { deep: 'd' },
    };
    expect(load(config).execute({ output: 'config' }).explanation).toBe('words1.0-2false0.5d');
  });

  it.each([
    [
      { mod: 'words' },
      'unknown key "mod"; known keys: mode, share, limit, flag, words, weights, extra',
    ],
    [{ mode: 'x' }, '"mode" is "x", expected one of length, words'],
    [{ mode: 1 }, '"mode" is 1, expected one of length, words'],
    [{ share: 1.5 }, '"share" is 1.5, expected a number from 0 to 1'],
    [{ share: '1' }, '"share" is "1", expected a number from 0 to 1'],
    [{ limit: 1.5 }, '"limit" is 1.5, expected a whole number'],
    [{ limit: 1e10 }, '"limit" is 10000000000, expected a whole number'],
    [{ flag: 1 }, '"flag" is 1, expected true or false'],
    [{ words: ['a', 1] }, '"words" is a list, expected a list of strings'],
    [{ weights: {} }, '"weights" is an object, expected a list of numbers'],
    [[], 'expected an object, found a list'],
  ])('refuses %j', (config, state) => {
    const host = new PlainHost(bytes);
    expect(host.init(config)).toBe(-2);
    expect(host.error).toMatch(/^Cannot read the configuration: /);
    expect(host.error.slice('Cannot read the configuration: '.length)).toBe(state);
  });

  it('lets the plugin refuse to start', () => {
    const host = new PlainHost(bytes);
    expect(host.init({ limit: 99 })).toBe(-40);
    expect(host.error).toBe('limit 99 is too much');
  });
});

describe('a call', () => {
  it('gives score, confidence and reported numbers', () => {
    const host = load();
    expect(host.executeText('{"data":{"output":"x","expected":["x","y"]}}')).toEqual({
      data: { score: 1, confidence: 0.5 },
      metadata: { metrics: { seen: 1 } },
    });
    expect(host.execute({ output: 'x', expected: 'y' }).score).toBe(0);
  });

  it.each([
    [{ expected: 'x' }, 'Cannot evaluate: field "output" is missing'],
    [{ output: 'x' }, 'Cannot evaluate: field "expected" is missing'],
    [[], 'Cannot read the data: expected an object, found a list'],
  ])('refuses %j as invalid input and goes on', (data, message) => {
    const host = load();
    expect(host.execute(data)).toBe(-2);
    expect(host.error).toBe(message);
    expect(host.execute({ output: 'x', expected: 'x' }).score).toBe(1);
  });

  it('refuses what is not JSON, and says where', () => {
    const host = load();
    expect(host.executeText('{"data":{"output":}}')).toBe(-2);
    expect(host.error).toBe('Cannot read the input as JSON: expected a value at byte 18');
    expect(host.executeText('')).toBe(-2);
  });

  it('fails with the code and words of the plugin, and works again', () => {
    const host = load();
    expect(host.execute({ output: 'fail', expected: '' })).toBe(-7);
    expect(host.error).toBe('no way');
    expect(host.execute({ output: 'nan', expected: '' })).toBe(-1);
    expect(host.error).toBe('Cannot write the output: NaN is no score from 0 to 1');
    expect(host.execute({ output: 'x', expected: 'x' }).score).toBe(1);
  });

  it('tells the text of an uncaught error', () => {
    expect(() => load().execute({ output: 'throw' })).toThrow('abort: this is the end');
  });

  it('reaches log, state, stream, environment, clock, chance and context', () => {
    const host = load();
    host.execute({ output: 'log', expected: '' });
    expect(host.logs).toEqual([
      [2, 'started with length'],
      [3, 'é😀'],
    ]);
    expect(host.execute({ output: 'state' }).metrics.length).toBe(-1);
    expect(host.execute({ output: 'state' }).metrics.length).toBe(1000);
    expect(host.execute({ output: 'state' }).metrics.length).toBe(1001);
    host.execute({ output: 'emit', expected: '' });
    expect(host.chunks).toEqual(['chunk']);
    expect(host.execute({ output: 'env' }).explanation).toBe('1000true');
    host.nowMs = 1_700_000_000_000n;
    expect(host.execute({ output: 'time' }).metrics.time).toBe(1_700_000_000_000);
    const { score } = host.execute({ output: 'random' });
    expect(score).toBeGreaterThanOrEqual(0);
    expect(score).toBeLessThan(1);
    const context = { request_id: 'r1', metadata: { k: 'v' } };
    expect(host.execute({ output: 'context' }, context).explanation).toBe('r1/v');
    expect(host.execute({ output: 'context' }).explanation).toBe('/');
  });

  it('keeps what a field holds, though the input is freed', () => {
    const host = load();
    host.execute({ output: 'keep', expected: '', extra: { a: ['b', 1] } });
    for (let count = 0; count < 50; count += 1)
      host.execute({ output: 'x'.repeat(900), expected: '' });
    expect(host.execute({ output: 'kept' }).explanation).toBe('{"a":["b",1]}');
  });
});

describe('an aggregate call', () => {
  const call = (aggregate: object, more: object = {}): unknown =>
    load().execute({ aggregate, n: 4, ...more });

  it('gives the score of a set from its sums', () => {
    expect(call({ right: 3, length: 10, bin_2: 7 })).toEqual({
      score: 0.75,
      metrics: { mean: 2.5, bins: 7 },
      explanation: 'falsetrue',
    });
  });

  it('fails for a sum that is missing', () => {
    const host = load();
    expect(host.execute({ aggregate: { length: 1 }, n: 1 })).toBe(-2);
    expect(host.error).toBe('Cannot aggregate: the sum "right" is missing');
  });

  it('is none if the data have any other field', () => {
    expect(call({ right: 3 }, { output: 'a', expected: 'a' })).toMatchObject({
      score: 1,
      confidence: 0.5,
    });
  });
});

describe('a batch', () => {
  it('gives one entry for each input, failed or not', () => {
    const host = load();
    const inputs = ['x', 'fail', 'nan', 'x'].map((output) => ({ data: { output, expected: 'x' } }));
    const right = { data: { score: 1, confidence: 0.5 }, metadata: { metrics: { seen: 1 } } };
    expect(host.batch(inputs)).toEqual([
      right,
      { error: { code: -7, message: 'no way' } },
      {
        error: {
          code: -1,
          message: 'Cannot write the output: NaN is no score from 0 to 1',
        },
      },
      right,
    ]);
    expect(host.batch([])).toEqual([]);
    expect(host.batch({})).toBe(-2);
  });
});

describe('memory', () => {
  it('does not grow over a hundred thousand calls', () => {
    const host = load();
    const call = (count: number): void => {
      const output = `${count} `.repeat(40);
      host.execute({ output, expected: output, extra: [count, { a: 'é' }] });
    };
    for (let count = 0; count < 100; count += 1) call(count);
    const before = host.exports.memory.buffer.byteLength;
    for (let count = 0; count < 100_000; count += 1) call(count);
    expect(host.exports.memory.buffer.byteLength).toBe(before);
  });

  it('takes a megabyte in, and gives it back', () => {
    const host = load();
    const text = 'é😀'.repeat(150_000);
    for (let count = 0; count < 20; count += 1) {
      expect(host.execute({ output: text, expected: text }).score).toBe(1);
    }
    expect(host.exports.memory.buffer.byteLength).toBeLessThan(16 * 2 ** 20);
  });

  it('answers 0 for a block that no memory could hold', () => {
    expect(load().exports.plugin_alloc(-16)).toBe(0);
  });
});
