#include "testbench.h"

static void execute(const tb_json *data, tb_writer *out) {
  // A benchmark hands over an object with the answer as "text".
  const tb_json *text = data->kind == TB_STRING ? data : tb_get(data, "text");
  if (text->kind != TB_STRING) {
    tb_fail(TB_INVALID_INPUT, "expected a text, or an object with a \"text\"");
    return;
  }
  tb_text line = text->text;
  for (uint32_t index = 0; index < line.length; index++) {
    if (line.bytes[index] == '\n') line.length = index;
  }
  tb_put_text(out, line);
}

TESTBENCH_PLUGIN(0, execute, {
  "name": "{{NAME}}",
  "version": "0.1.0",
  "description": "{{DESCRIPTION}}",
  "author": "",
  "plugin_type": "transform",
  "capabilities": ["data_transform"],
  "api_version": "1.0.0"
})
