import { PluginSystem } from '@testbench/core';
import { describe, expect, it } from 'vitest';

import { buildFrom } from './native-project.js';

const METADATA = {
  name: 'accuracy',
  version: '1.0.0',
  plugin_type: 'evaluator',
  api_version: '1.0.0',
  aggregate: 'sums',
};

const C = `#include "testbench.h"
static void put(tb_writer *out, double score) {
  tb_begin_object(out);
  tb_key(out, "score");
  tb_put_number(out, score);
  tb_end_object(out);
}
static void execute(const tb_json *data, tb_writer *out) { put(out, tb_get(data, "n")->kind == TB_NUMBER ? 0.5 : 0); }
static void aggregate(const tb_sums *sums, tb_writer *out) { put(out, tb_sum_of(sums, "right") / sums->n); }
TESTBENCH_CORPUS_EVALUATOR(0, execute, aggregate, ${JSON.stringify(METADATA)})
`;

const RUST = `use testbench::{Failure, Json, Plugin, Sums};
struct Accuracy;
impl Plugin for Accuracy {
    const METADATA: &'static str = r#"${JSON.stringify(METADATA)}"#;
    fn start(_config: &Json) -> Result<Self, Failure> {
        Ok(Accuracy)
    }
    fn execute(&mut self, data: &Json) -> Result<Json, Failure> {
        Ok(Json::object([("score", Json::from(if data.has("n") { 0.5 } else { 0.0 }))]))
    }
    fn aggregate(&mut self, sums: &Sums) -> Result<Json, Failure> {
        Ok(Json::object([("score", Json::from(sums.get("right")? / sums.n()))]))
    }
}
testbench::export!(Accuracy);
`;

const built = {
  c: await buildFrom({ 'src/plugin.c': C }),
  rust: await buildFrom({ 'src/lib.rs': RUST }),
};

describe.each(Object.entries(built))(
  'an evaluator of sums in %s (needs its compiler)',
  (_, made) => {
    it.skipIf(made === undefined)('scores a set, and tells its call from others', async () => {
      await using system = new PluginSystem({ isolation: 'inline' });
      const plugin = await system.loadPluginFromBytes('accuracy', made!.bytes, {
        pluginType: 'evaluator',
      });
      expect((await plugin.aggregate({ right: 3 }, 4)).data).toEqual({ score: 0.75 });
      const record = { output: 'a', aggregate: { right: 3 }, n: 4 };
      expect((await plugin.execute(record)).data).toEqual({ score: 0.5 });
      await expect(plugin.aggregate({ left: 1 }, 1)).rejects.toMatchObject({
        code: 'CALL_INVALID_INPUT',
        pluginMessage: 'the sum of a metric is missing: right',
      });
    });
  },
);
