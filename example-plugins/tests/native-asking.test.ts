import { PluginSystem } from '@testbench/core';
import { createTestHost } from '@testbench/sdk';
import { describe, expect, it } from 'vitest';

import { buildFrom } from './native-project.js';

const METADATA =
  '"name": "grader", "version": "1.0.0", "plugin_type": "custom", "api_version": "1.0.0", "capabilities": ["network"], "asking": true';

/** Answers with what a host finds out about two texts. */
const EMBEDDING_C = `#include "testbench.h"
static void execute(const tb_json *data, tb_writer *out) {
  (void)data;
  if (tb_is_answered()) {
    tb_put_json(out, tb_get(tb_get(tb_answers()->first, "output"), "embeddings"));
    return;
  }
  const tb_text texts[] = {TB("a"), TB("bcd")};
  tb_ask_embed(TB("vectors"), TB("small"), texts, 2);
}
TESTBENCH_PLUGIN(0, execute, { ${METADATA} })
`;
const EMBEDDING_RUST = `use testbench::{ask, ask::Answer, Failure, Json, Plugin};
struct Embedder;
impl Plugin for Embedder {
    const METADATA: &'static str = r#"{ ${METADATA} }"#;
    fn start(_config: &Json) -> Result<Self, Failure> {
        Ok(Embedder)
    }
    fn execute(&mut self, _data: &Json) -> Result<Json, Failure> {
        ask::embed("vectors", "small", ["a", "bcd"]);
        Ok(Json::Null)
    }
    fn finish(&mut self, _data: &Json, answers: &[Answer]) -> Result<Json, Failure> {
        Ok(answers[0].output()?.get("embeddings").clone())
    }
}
testbench::export!(Embedder);
`;

const C = `#include "testbench.h"
static void execute(const tb_json *data, tb_writer *out) {
  if (tb_is_answered()) {
    const tb_json *first = tb_answers()->first;
    tb_begin_object(out);
    tb_key(out, "status");
    tb_put_json(out, tb_get(first, "status"));
    tb_key(out, "body");
    tb_put_text(out, tb_text_of(tb_get(first, "body")));
    tb_key(out, "second");
    tb_put_json(out, tb_get(tb_get(first->next, "error"), "code"));
    tb_key(out, "kept");
    tb_put_json(out, tb_kept());
    tb_end_object(out);
    return;
  }
  if (tb_get(data, "refuse")->kind != TB_MISSING) {
    tb_fail(TB_INVALID_INPUT, "refused");
    return;
  }
  tb_writer request = {0};
  tb_begin_object(&request);
  tb_key(&request, "url");
  tb_put_text(&request, TB("https://api.example.com/grade"));
  tb_key(&request, "method");
  tb_put_text(&request, TB("POST"));
  tb_key(&request, "body");
  tb_put_text(&request, tb_text_of(tb_get(data, "text")));
  tb_end_object(&request);
  tb_ask_request(&request);
  tb_writer completion = {0};
  tb_begin_object(&completion);
  tb_key(&completion, "model");
  tb_put_text(&completion, TB("m"));
  tb_end_object(&completion);
  tb_ask_complete(TB("none"), &completion);
  tb_writer kept = {0};
  tb_begin_array(&kept);
  tb_put_number(&kept, 1);
  tb_end_array(&kept);
  tb_ask_keep(&kept);
}
TESTBENCH_PLUGIN(0, execute, { ${METADATA} })
`;

const RUST = `use testbench::{ask, ask::Answer, Failure, Json, Plugin};
struct Grader;
impl Plugin for Grader {
    const METADATA: &'static str = r#"{ ${METADATA} }"#;
    fn start(_config: &Json) -> Result<Self, Failure> {
        Ok(Grader)
    }
    fn execute(&mut self, data: &Json) -> Result<Json, Failure> {
        if data.has("refuse") {
            return Err(Failure::invalid_input("refused"));
        }
        ask::request(Json::object([
            ("url", Json::from("https://api.example.com/grade")),
            ("method", Json::from("POST")),
            ("body", data.get("text").clone()),
        ]));
        ask::complete("none", Json::object([("model", Json::from("m"))]));
        ask::keep(Json::from(vec![Json::from(1)]));
        Ok(Json::Null)
    }
    fn finish(&mut self, _data: &Json, answers: &[Answer]) -> Result<Json, Failure> {
        let code = answers[1].error().map(|error| error.get("code").clone()).unwrap_or(Json::Null);
        Ok(Json::object([
            ("status", Json::from(answers[0].status())),
            ("body", Json::from(answers[0].text()?)),
            ("second", code),
            ("kept", ask::kept()),
        ]))
    }
}
testbench::export!(Grader);
`;

const built = [
  ['C', await buildFrom({ 'src/plugin.c': C })],
  ['Rust', await buildFrom({ 'src/lib.rs': RUST })],
] as const;

describe.each(built)('asking in %s', (_, result) => {
  it.skipIf(result === undefined)(
    'gives the result of the answers, with what was kept',
    async () => {
      await using host = await createTestHost(result!.bytes, {
        permissions: { network: true, allowedHosts: ['api.example.com'] },
        http: ({ body }) => ({ body: `graded ${body}` }),
        isolation: 'inline',
      });
      for (const text of ['é', 'b']) {
        const { data, requests } = await host.call({ text });
        expect(data).toEqual({ status: 200, body: `graded ${text}`, second: -3, kept: [1] });
        expect(requests).toHaveLength(1);
        // A failing call does not send the requests of earlier calls, nor its own.
        await expect(host.call({ refuse: true })).rejects.toMatchObject({
          code: 'CALL_INVALID_INPUT',
        });
      }
    },
  );
});

const embedders = [
  ['C', await buildFrom({ 'src/plugin.c': EMBEDDING_C })],
  ['Rust', await buildFrom({ 'src/lib.rs': EMBEDDING_RUST })],
] as const;

describe.each(embedders)('asking for embeddings in %s', (_, result) => {
  it.skipIf(result === undefined)('gives one list of numbers for each text', async () => {
    const asked: unknown[] = [];
    await using system = new PluginSystem({
      isolation: 'inline',
      askModel({ provider, data }) {
        asked.push({ provider, ...(data as object) });
        return Promise.resolve({ text: '', model: 'small', embeddings: [[1], [3]] });
      },
    });
    await system.loadPluginFromBytes('embedder', result!.bytes, {
      permissions: { network: true, allowedHosts: ['api.example.com'] },
    });
    const { data } = await system.executePlugin('embedder', { data: {} });
    expect(data).toEqual([[1], [3]]);
    expect(asked).toEqual([{ provider: 'vectors', model: 'small', embed: ['a', 'bcd'] }]);
  });
});
