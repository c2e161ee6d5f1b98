import { PluginSystem } from '@testbench/core';
import { createTestHost } from '@testbench/sdk';
import { describe, expect, it } from 'vitest';

import { buildFrom } from './native-project.js';

const C = `#include "testbench.h"
static void execute(const tb_json *data, tb_writer *out) {
  tb_writer body = {0};
  tb_begin_object(&body);
  tb_key(&body, "prompt");
  tb_put_json(&body, tb_get(data, "prompt"));
  tb_end_object(&body);
  tb_writer request = {0};
  tb_begin_object(&request);
  tb_key(&request, "method");
  tb_put_text(&request, TB("POST"));
  tb_key(&request, "url");
  tb_put_text(&request, TB("https://api.example.com/chat"));
  tb_key(&request, "body");
  tb_put_text(&request, (tb_text){body.bytes, body.length});
  tb_end_object(&request);
  tb_response response;
  if (!tb_http_send((tb_text){request.bytes, request.length}, &response)) {
    tb_fail(response.code - 100, "the model cannot be reached");
    return;
  }
  tb_text text;
  if (!tb_http_text(&response, &text)) {
    tb_fail(response.code - 100, "the answer is not whole or not UTF-8");
    return;
  }
  tb_begin_object(out);
  tb_key(out, "text");
  tb_put_text(out, text);
  tb_key(out, "model");
  tb_put_text(out, tb_text_of(tb_get(response.headers, "x-model")));
  tb_key(out, "usage");
  tb_begin_object(out);
  tb_key(out, "total_tokens");
  tb_put_number(out, response.status);
  tb_end_object(out);
  tb_end_object(out);
}
TESTBENCH_PLUGIN(0, execute, { "name": "chat", "version": "1.0.0", "plugin_type": "provider", "api_version": "1.0.0" })
`;

const RUST = `use testbench::{http, Failure, Json, Plugin};
struct Chat;
impl Plugin for Chat {
    const METADATA: &'static str =
        r#"{"name": "chat", "version": "1.0.0", "plugin_type": "provider", "api_version": "1.0.0"}"#;
    fn start(_config: &Json) -> Result<Self, Failure> {
        Ok(Chat)
    }
    fn execute(&mut self, data: &Json) -> Result<Json, Failure> {
        let body = Json::object([("prompt", data.get("prompt").clone())]);
        let answer = http::send(&Json::object([
            ("method", Json::from("POST")),
            ("url", Json::from("https://api.example.com/chat")),
            ("body", Json::from(body.to_string())),
        ]))?;
        let model = answer.headers.get("x-model").clone();
        let usage = Json::object([("total_tokens", Json::from(answer.status))]);
        Ok(Json::object([("text", Json::from(answer.text()?)), ("model", model), ("usage", usage)]))
    }
}
testbench::export!(Chat);
`;

const built = [
  ['C', await buildFrom({ 'src/plugin.c': C })],
  ['Rust', await buildFrom({ 'src/lib.rs': RUST })],
] as const;

/** What each reports for a body that breaks off, and for one that is not UTF-8. */
const PARTIAL = {
  C: [
    { pluginCode: -105, pluginMessage: 'the answer is not whole or not UTF-8' },
    { pluginCode: -100, pluginMessage: 'the answer is not whole or not UTF-8' },
  ],
  Rust: [
    { pluginCode: -1, pluginMessage: 'HTTP read: it failed (-5)' },
    { pluginCode: -1, pluginMessage: 'the answer is not UTF-8' },
  ],
};

describe.each(built)('HTTP in %s (needs its compiler)', (language, result) => {
  const permissions = { network: true, allowedHosts: ['api.example.com'] };
  const input = { model: 'm', prompt: 'Say "é"' };

  it.skipIf(result === undefined)('sends a request and reads the answer to its end', async () => {
    const long = 'ü'.repeat(30_000);
    await using host = await createTestHost(result!.bytes, {
      permissions,
      http: () => ({
        status: 201,
        headers: { 'x-model': 'big', 'x-pad': 'p'.repeat(6000) },
        body: ['a', long, 'z'],
      }),
    });
    const { data, requests } = await host.call(input);
    expect(data).toEqual({ text: `a${long}z`, model: 'big', usage: { total_tokens: 201 } });
    expect(requests).toMatchObject([{ method: 'POST', body: '{"prompt":"Say \\"é\\""}' }]);
  });

  it.skipIf(result === undefined)(
    'tells an empty body from one that breaks off or is not UTF-8',
    async () => {
      const bodies: (() => AsyncGenerator<Uint8Array>)[] = [
        async function* () {},
        async function* () {
          yield Uint8Array.of(97);
          throw new Error('reset');
        },
        async function* () {
          yield Uint8Array.of(97, 0xed, 0xa0, 0x80);
        },
      ];
      await using system = new PluginSystem({
        httpTransport: async () => ({
          statusCode: 200,
          headers: { 'x-model': 'm' },
          body: bodies.shift()!(),
        }),
      });
      const { id } = await system.loadPluginFromBytes('plugin', result!.bytes, { permissions });
      const { data } = await system.executePlugin(id, { data: input });
      expect(data).toMatchObject({ text: '' });
      for (const failure of PARTIAL[language]) {
        await expect(system.executePlugin(id, { data: input })).rejects.toMatchObject({
          code: 'CALL_PLUGIN_FAILED',
          ...failure,
        });
      }
      expect(bodies).toEqual([]);
    },
  );

  it.skipIf(result === undefined)(
    'fails the call where the network is not granted, and goes on',
    async () => {
      await using host = await createTestHost(result!.bytes);
      for (let attempt = 0; attempt < 2; attempt += 1) {
        await expect(host.call(input)).rejects.toMatchObject({
          code: 'CALL_PLUGIN_FAILED',
          message: expect.stringMatching(
            /the model cannot be reached|HTTP open: it is not granted \(-3\)/,
          ),
        });
      }
    },
  );
});
