import { beforeAll, describe, expect, it } from 'vitest';

import { compile } from './compile.js';
import { PlainHost } from './plain-host.js';

const PLUGIN = `
import {
  Answer, ask, answers, AskingEvaluator, Evaluation, EvaluatorInput, HttpRequest, Json, JsonWriter, kept, plugin,
} from "@testbench/plugins-sdk";

@plugin({ name: "panel", permissions: { network: true } })
export class Panel extends AskingEvaluator {
  prepare(input: EvaluatorInput): void {
    if (input.output == "nothing") return;
    ask.request(new HttpRequest("POST", "https://a.test/é").header("x-key", "\${secret:KEY}").json(new JsonWriter().object().field("q", input.output).end()));
    ask.complete("second", new JsonWriter().object().field("model", "m").field("prompt", input.output).end());
    ask.keep(new JsonWriter().object().field("mark", "é1").end());
  }

  finish(input: EvaluatorInput, found: Answer[]): Evaluation {
    const first = found[0];
    if (first.status == 503) {
      ask.request(new HttpRequest("GET", "https://a.test/again"));
      return Evaluation.pass(false);
    }
    const text = first.ok ? first.json().get("grade").text() : first.code.toString() + " " + first.problem;
    const second = found.length > 1 ? found[1].output.get("text").text() : "";
    return new Evaluation(0.5).explain([text, first.header("x-a"), second, kept().get("mark").text(), first.retryAfterMs.toString()].join("|"));
  }
}
`;

let bytes: Uint8Array<ArrayBuffer>;

beforeAll(async () => {
  bytes = await compile(PLUGIN, { plugin: true, flags: ['--exportStart', '_initialize'] });
}, 60_000);

function load(): PlainHost {
  const host = new PlainHost(bytes);
  expect(host.init({})).toBe(0);
  return host;
}

const data = { output: 'Pari"s', expected: '' };
const round = { data, continue: { mark: 'é1' } };
const output = (host: PlainHost, input: object): unknown => host.executeText(JSON.stringify(input));

describe('asking', () => {
  it('gives what is asked and kept in place of a result', () => {
    const host = load();
    expect(host.metadata()).toMatchObject({ asking: true, plugin_type: 'evaluator' });
    expect(output(host, { data })).toEqual({
      ask: [
        {
          method: 'POST',
          url: 'https://a.test/é',
          headers: { 'x-key': '${secret:KEY}', 'content-type': 'application/json' },
          body: '{"q":"Pari\\"s"}',
        },
        { provider: 'second', complete: { model: 'm', prompt: 'Pari"s' } },
      ],
      continue: { mark: 'é1' },
    });
  });

  it('makes the result of the answers', () => {
    const host = load();
    output(host, { data });
    const answers = [
      { status: 200, url: 'u', headers: { 'x-a': 'b' }, body: '{"grade":4}' },
      { output: { text: 'yes', model: 'm' } },
    ];
    expect(output(host, { ...round, answers })).toEqual({
      data: { score: 0.5, explanation: '4|b|yes|é1|-1.0' },
    });
    const error = { code: -3, message: 'no', retryable: true, retry_after_ms: 5 };
    expect(output(host, { ...round, answers: [{ error }] })).toEqual({
      data: { score: 0.5, explanation: '-3 no|||é1|5.0' },
    });
  });

  it('asks again, and keeps nothing of the round before', () => {
    const answers = [{ status: 503, url: 'u', headers: {}, body: '' }];
    expect(output(load(), { ...round, answers })).toEqual({
      ask: [{ method: 'GET', url: 'https://a.test/again', headers: {} }],
      continue: null,
    });
  });

  it('says so if nothing is asked', () => {
    const host = load();
    expect(output(host, { data: { output: 'nothing' } })).toBe(-1);
    expect(host.error).toBe('Cannot write the output: prepare() has asked nothing');
    // Nothing is left over for the next call.
    expect(output(host, { data })).toHaveProperty('ask');
  });

  it('asks for each entry of a batch that wants to know something', () => {
    const batch = [{ data: { output: 'nothing' } }, { data }, { data: 7 }];
    const results = load().batch(batch) as Record<string, unknown>[];
    expect(results.map((entry) => Object.keys(entry))).toEqual([
      ['error'],
      ['ask', 'continue'],
      ['error'],
    ]);
  });
});
