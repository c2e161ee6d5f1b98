#include "testbench.h"

static void execute(const tb_json *data, tb_writer *out) {
  const tb_json *field = tb_get(data, "text");
  if (field->kind != TB_STRING) {
    tb_fail(TB_INVALID_INPUT, "expected a text in the field \"text\"");
    return;
  }
  tb_text text = field->text;
  uint32_t words = 0;
  bool inside = false;
  for (uint32_t index = 0; index < text.length; index++) {
    char c = text.bytes[index];
    bool space = c == ' ' || (c >= '\t' && c <= '\r');
    if (!space && !inside) words++;
    inside = !space;
  }

  tb_begin_object(out);
  tb_key(out, "words");
  tb_put_number(out, words);
  tb_end_object(out);
}

TESTBENCH_PLUGIN(0, execute, {
  "name": "{{NAME}}",
  "version": "0.1.0",
  "description": "{{DESCRIPTION}}",
  "author": "",
  "plugin_type": "custom",
  "capabilities": [],
  "api_version": "1.0.0"
})
