#include "testbench.h"

/** True if `part`, which is not empty, stands somewhere in `text`. */
static bool contains(tb_text text, tb_text part) {
  if (part.length == 0) return false;
  for (uint32_t start = 0; start + part.length <= text.length; start++) {
    if (tb_same((tb_text){text.bytes + start, part.length}, part)) return true;
  }
  return false;
}

static void execute(const tb_json *data, tb_writer *out) {
  tb_text answer = tb_text_of(tb_get(data, "output"));
  const tb_json *expected = tb_get(data, "expected");
  bool list = expected->kind == TB_ARRAY;
  uint32_t count = list ? expected->count : 1;
  if (tb_get(data, "output")->kind == TB_MISSING || expected->kind <= TB_NULL || count == 0) {
    tb_fail(TB_INVALID_INPUT, "expected the fields \"output\" and \"expected\"");
    return;
  }
  uint32_t found = 0;
  if (!list) found = contains(answer, tb_text_of(expected));
  for (const tb_json *keyword = expected->first; list && keyword; keyword = keyword->next) {
    found += contains(answer, tb_text_of(keyword));
  }

  tb_begin_object(out);
  tb_key(out, "score");
  tb_put_number(out, (double)found / count);
  tb_key(out, "metrics");
  tb_begin_object(out);
  tb_key(out, "found");
  tb_put_number(out, found);
  tb_end_object(out);
  tb_end_object(out);
}

TESTBENCH_PLUGIN(0, execute, {
  "name": "{{NAME}}",
  "version": "0.1.0",
  "description": "{{DESCRIPTION}}",
  "author": "",
  "plugin_type": "evaluator",
  "capabilities": ["text_evaluation"],
  "api_version": "1.0.0"
})
