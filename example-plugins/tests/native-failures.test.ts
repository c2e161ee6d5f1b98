import { PluginSystem } from '@testbench/core';
import { describe, expect, it } from 'vitest';

import { buildFrom } from './native-project.js';

const METADATA = {
  name: 'probe',
  version: '1.0.0',
  plugin_type: 'custom',
  api_version: '1.0.0',
};

const C = `#include "testbench.h"
static void execute(const tb_json *data, tb_writer *out) {
  tb_text what = tb_text_of(data);
  if (tb_same(what, TB("details"))) {
    tb_writer details = {0};
    tb_begin_object(&details);
    tb_key(&details, "status");
    tb_put_number(&details, 404);
    tb_key(&details, "retryable");
    tb_put_boolean(&details, false);
    tb_end_object(&details);
    tb_fail_with(-30, "no \\"answer\\"", &details);
  } else if (tb_same(what, TB("later"))) tb_fail_retryable(-31, "busy", 1500);
  else if (tb_same(what, TB("soon"))) tb_fail_retryable(-31, "busy", -1);
  else tb_fail(-32, "plain");
  tb_fail_retryable(-33, "second", 1);
  tb_put_null(out);
}
TESTBENCH_PLUGIN(0, execute, ${JSON.stringify(METADATA)})
`;

const RUST = `use testbench::{Failure, Json, Plugin};
struct Probe;
impl Plugin for Probe {
    const METADATA: &'static str = r#"${JSON.stringify(METADATA)}"#;
    fn start(_config: &Json) -> Result<Self, Failure> {
        Ok(Probe)
    }
    fn execute(&mut self, data: &Json) -> Result<Json, Failure> {
        Err(match data.text().as_str() {
            "details" => Failure::new("no \\"answer\\"").with_code(-30).with_details(Json::object([
                ("status", Json::from(404)),
                ("retryable", Json::from(false)),
            ])),
            "later" => Failure::retryable("busy", Some(1500)).with_code(-31),
            "soon" => Failure::retryable("busy", None).with_code(-31),
            _ => Failure::new("plain").with_code(-32),
        })
    }
}
testbench::export!(Probe);
`;

const built = {
  c: await buildFrom({ 'src/plugin.c': C }),
  rust: await buildFrom({ 'src/lib.rs': RUST }),
};

const CASES = [
  {
    data: 'details',
    pluginCode: -30,
    pluginMessage: 'no "answer"',
    pluginDetails: { status: 404, retryable: false },
    retryable: false,
    retryAfterMs: undefined,
  },
  { data: 'later', pluginCode: -31, pluginMessage: 'busy', retryable: true, retryAfterMs: 1500 },
  {
    data: 'soon',
    pluginCode: -31,
    pluginMessage: 'busy',
    retryable: true,
    retryAfterMs: undefined,
  },
  {
    data: 'plain',
    pluginCode: -32,
    pluginMessage: 'plain',
    pluginDetails: undefined,
    retryable: undefined,
  },
];

describe.each(Object.entries(built))('failures in %s (needs its compiler)', (_, result) => {
  it.skipIf(result === undefined)('say whether and when to call again', async () => {
    await using system = new PluginSystem();
    await system.loadPluginFromBytes('probe', result!.bytes);
    for (const { data, ...expected } of CASES) {
      await expect(system.executePlugin('probe', { data })).rejects.toMatchObject(expected);
    }
    const results = await system.executePluginBatch(
      'probe',
      CASES.map(({ data }) => ({ data })),
    );
    expect(results).toMatchObject(CASES.map(({ data: _data, ...reason }) => ({ reason })));
  });
});
