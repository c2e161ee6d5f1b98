#include "testbench.h"

static bool keeps(const tb_json *item) {
  const tb_json *text = tb_get(item, "text");
  // A benchmark has the answer in "output".
  if (text->kind == TB_MISSING) text = tb_get(item, "output");
  return tb_text_of(text).length > 0;
}

static void execute(const tb_json *data, tb_writer *out) {
  const tb_json *items = tb_get(data, "items");
  if (items->kind != TB_ARRAY) {
    tb_fail(TB_INVALID_INPUT, "expected a list \"items\"");
    return;
  }

  tb_begin_object(out);
  tb_key(out, "items");
  tb_begin_array(out);
  for (const tb_json *item = items->first; item; item = item->next) {
    if (keeps(item)) tb_put_json(out, item);
  }
  tb_end_array(out);
  tb_key(out, "dropped");
  tb_begin_array(out);
  uint32_t index = 0;
  for (const tb_json *item = items->first; item; item = item->next, index++) {
    if (keeps(item)) continue;
    tb_begin_object(out);
    tb_key(out, "index");
    tb_put_number(out, index);
    tb_key(out, "reason");
    tb_put_text(out, TB("no text"));
    tb_end_object(out);
  }
  tb_end_array(out);
  tb_end_object(out);
}

TESTBENCH_PLUGIN(0, execute, {
  "name": "{{NAME}}",
  "version": "0.1.0",
  "description": "{{DESCRIPTION}}",
  "author": "",
  "plugin_type": "filter",
  "capabilities": ["result_filter"],
  "api_version": "1.0.0"
})
