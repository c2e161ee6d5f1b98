import { Json } from "../json/json";
import { JsonWriter } from "../json/writer";
import { ProviderRequest } from "../plugin/provider";
import { joinTexts } from "../text/text-builder";
import { BodyFields } from "./body-fields";

// @ts-ignore: decorator
@lazy const PASSED: string[] = ["temperature", "top_p", "top_k", "metadata", "thinking", "service_tier"];

/** Turns a request, which has the form of a chat completion, into one of the messages API. */
export function writeAnthropicBody(request: ProviderRequest, maxTokens: i32, extra: Json): JsonWriter {
  const out = new JsonWriter();
  const fields = new BodyFields(out);
  fields.claim(["model", "max_tokens", "messages", "stream"]);
  out.object().field("model", request.model).field("max_tokens", request.maxTokens(maxTokens));
  if (writeMessages(out, request)) fields.claim(["system"]);
  const stop = request.stop;
  if (stop.length > 0) {
    out.field("stop_sequences", stop);
    fields.claim(["stop_sequences"]);
  }
  for (let index = 0; index < PASSED.length; index++) fields.pass(PASSED[index], request.json.get(PASSED[index]));
  if (writeTools(out, request.json.get("tools"))) fields.claim(["tools"]);
  if (writeChoice(out, request.json.get("tool_choice"))) fields.claim(["tool_choice"]);
  if (request.stream) out.field("stream", true);
  fields.passAll(extra);
  return out.end();
}

/** True if a system prompt was written, too. */
function writeMessages(out: JsonWriter, request: ProviderRequest): bool {
  const messages = request.json.get("messages");
  const system: string[] = [];
  out.key("messages").array();
  if (!messages.isArray) out.object().field("role", "user").field("content", request.prompt).end();
  for (let index = 0; index < messages.length; index++) {
    const message = messages.at(index);
    const role = message.get("role").text("user");
    if (role == "system" || role == "developer") system.push(message.get("content").text());
    else writeMessage(out, role, message);
  }
  out.end();
  const own = request.json.get("system");
  if (own.exists) out.field("system", own);
  else if (system.length > 0) out.field("system", joinTexts(system, "\n\n"));
  return own.exists || system.length > 0;
}

function writeMessage(out: JsonWriter, role: string, message: Json): void {
  const calls = message.get("tool_calls");
  const content = message.get("content");
  out.object().field("role", role == "tool" ? "user" : role).key("content");
  if (role == "tool") {
    out.array().object().field("type", "tool_result").field("tool_use_id", message.get("tool_call_id").text());
    out.field("content", content).end().end();
  } else if (calls.length == 0) {
    out.json(content);
  } else {
    out.array();
    if (content.isString && content.text().length > 0) out.object().field("type", "text").field("text", content.text()).end();
    for (let index = 0; index < calls.length; index++) {
      const called = calls.at(index).get("function");
      const input = Json.parse(called.get("arguments").text());
      out.object().field("type", "tool_use").field("id", calls.at(index).get("id").text());
      out.field("name", called.get("name").text()).key("input");
      if (input.isObject) out.json(input);
      else out.object().end();
      out.end();
    }
    out.end();
  }
  out.end();
}

/** True if there are tools. */
function writeTools(out: JsonWriter, tools: Json): bool {
  if (!tools.isArray) return false;
  out.key("tools").array();
  for (let index = 0; index < tools.length; index++) {
    const described = tools.at(index).get("function");
    if (!described.isObject) {
      out.json(tools.at(index));
      continue;
    }
    out.object().field("name", described.get("name"));
    if (described.get("description").exists) out.field("description", described.get("description"));
    out.key("input_schema");
    if (described.get("parameters").exists) out.json(described.get("parameters"));
    else out.object().field("type", "object").end();
    out.end();
  }
  out.end();
  return true;
}

/** True if there is a choice. */
function writeChoice(out: JsonWriter, choice: Json): bool {
  if (!choice.exists) return false;
  out.key("tool_choice");
  const name = choice.get("function").get("name");
  if (choice.isString) out.object().field("type", choice.text() == "required" ? "any" : choice.text()).end();
  else if (name.exists) out.object().field("type", "tool").field("name", name).end();
  else out.json(choice);
  return true;
}
