#include "testbench.h"

static void execute(const tb_json *data, tb_writer *out) {
  const tb_json *model = tb_get(data, "model");
  const tb_json *prompt = tb_get(data, "prompt");
  /* Of a conversation, the last turn counts. */
  const tb_json *messages = tb_get(data, "messages");
  if (messages->kind == TB_ARRAY) {
    for (const tb_json *message = messages->first; message; message = message->next) prompt = tb_get(message, "content");
  }
  if (model->kind != TB_STRING || prompt->kind != TB_STRING) {
    tb_fail(TB_INVALID_INPUT, "expected the texts \"model\" and \"prompt\"");
    return;
  }

  tb_begin_object(out);
  tb_key(out, "text");
  tb_put_text(out, prompt->text);
  tb_key(out, "model");
  tb_put_text(out, model->text);
  tb_key(out, "finish_reason");
  tb_put_text(out, TB("stop"));
  tb_end_object(out);
}

TESTBENCH_PLUGIN(0, execute, {
  "name": "{{NAME}}",
  "version": "0.1.0",
  "description": "{{DESCRIPTION}}",
  "author": "",
  "plugin_type": "provider",
  "capabilities": [],
  "api_version": "1.0.0"
})
