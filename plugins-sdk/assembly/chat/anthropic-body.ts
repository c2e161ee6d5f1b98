import { Json } from "../json/json";
import { JsonWriter } from "../json/writer";
import { invalidInput } from "../plugin/failure";
import { ProviderRequest } from "../plugin/provider";
import { joinTexts } from "../text/text-builder";
import { BodyFields } from "./body-fields";
import { lastOfUser } from "./openai-messages";
import { isSentImage, SentAttachments } from "./sent-attachments";
import { schemaOf, wantsJson } from "./response-format";

// @ts-ignore: decorator
@lazy const PASSED: string[] = ["temperature", "top_p", "top_k", "metadata", "thinking", "service_tier"];

/** Turns a request, which has the form of a chat completion, into one of the messages API. */
export function writeAnthropicBody(request: ProviderRequest, maxTokens: i32, extra: Json, sent: SentAttachments): JsonWriter {
  const out = new JsonWriter();
  const fields = new BodyFields(out);
  fields.claim(["model", "max_tokens", "messages", "stream"]);
  out.object().field("model", request.model).field("max_tokens", request.maxTokens(maxTokens));
  if (writeMessages(out, request, sent)) fields.claim(["system"]);
  const stop = request.stop;
  if (stop.length > 0) {
    out.field("stop_sequences", stop);
    fields.claim(["stop_sequences"]);
  }
  for (let index = 0; index < PASSED.length; index++) fields.pass(PASSED[index], request.json.get(PASSED[index]));
  if (writeTools(out, request.json.get("tools"))) fields.claim(["tools"]);
  if (writeChoice(out, request.json.get("tool_choice"))) fields.claim(["tool_choice"]);
  if (writeFormat(out, request.json.get("response_format"))) fields.claim(["output_config"]);
  if (request.stream) out.field("stream", true);
  fields.passAll(extra);
  return out.end();
}

/** True if a system prompt was written, too. */
function writeMessages(out: JsonWriter, request: ProviderRequest, sent: SentAttachments): bool {
  const messages = request.json.get("messages");
  const system: string[] = [];
  out.key("messages").array();
  if (!messages.isArray) {
    out.object().field("role", "user").key("content");
    if (sent.length == 0) out.string(request.prompt);
    else writeContent(out, Json.missing, request.prompt, sent);
    out.end();
  }
  const place = sent.length == 0 ? -1 : lastOfUser(messages);
  for (let index = 0; index < messages.length; index++) {
    const message = messages.at(index);
    const role = message.get("role").text("user");
    if (role == "system" || role == "developer") system.push(message.get("content").text());
    else if (index == place) {
      out.object().field("role", role).key("content");
      writeContent(out, message.get("content"), "", sent);
      out.end();
    } else if (role == "tool") writeResult(out, messages, index);
    else if (hasContent(message)) writeMessage(out, role, message);
  }
  out.end();
  const own = request.json.get("system");
  if (own.exists) out.field("system", own);
  else if (system.length > 0) out.field("system", joinTexts(system, "\n\n"));
  return own.exists || system.length > 0;
}

/** The files before the text, as the API's guide advises. */
function writeContent(out: JsonWriter, content: Json, text: string, sent: SentAttachments): void {
  out.array();
  for (let index = 0; index < sent.length; index++) writePart(out, sent, index);
  if (content.isArray) {
    for (let index = 0; index < content.length; index++) out.json(content.at(index));
  } else {
    const own = content.exists ? content.text() : text;
    if (own.length > 0) out.object().field("type", "text").field("text", own).end();
  }
  out.end();
}

function writePart(out: JsonWriter, sent: SentAttachments, index: i32): void {
  const file = sent.files[index];
  const type = file.mediaType;
  const isPdf = type == "application/pdf";
  if (isPdf || isSentImage(type)) {
    out.object().field("type", isPdf ? "document" : "image").key("source").object().field("type", "base64");
    out.field("media_type", type).field("data", sent.token(index)).end().end();
    return;
  }
  const content = type.startsWith("text/") ? file.text() : null;
  if (content === null) return sent.refuse(index, "images (PNG, JPEG, GIF, WebP), PDF and text");
  out.object().field("type", "document").key("source").object().field("type", "text");
  out.field("media_type", "text/plain").field("data", content).end().end();
}

/** A model may say nothing, and the API takes no empty message back. */
function hasContent(message: Json): bool {
  const content = message.get("content");
  return message.get("tool_calls").length > 0 || (content.isString ? content.text().length > 0 : content.isArray);
}

/** The API wants all results of one step in one message. */
function writeResult(out: JsonWriter, messages: Json, index: i32): void {
  const message = messages.at(index);
  if (index == 0 || !isResult(messages.at(index - 1))) out.object().field("role", "user").key("content").array();
  out.object().field("type", "tool_result").field("tool_use_id", message.get("tool_call_id").text());
  out.field("content", message.get("content")).end();
  if (!isResult(messages.at(index + 1))) out.end().end();
}

function isResult(message: Json): bool {
  return message.get("role").text() == "tool";
}

function writeMessage(out: JsonWriter, role: string, message: Json): void {
  const calls = message.get("tool_calls");
  const content = message.get("content");
  out.object().field("role", role).key("content");
  if (calls.length == 0) {
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

/** True if an answer by a JSON Schema is asked for. */
function writeFormat(out: JsonWriter, format: Json): bool {
  if (!wantsJson(format)) return false;
  const schema = schemaOf(format);
  if (!schema.exists) {
    invalidInput('Cannot complete: Anthropic gives JSON only by a schema; use "response_format" of type "json_schema" with "json_schema.schema"');
    return false;
  }
  out.key("output_config").object().key("format").object().field("type", "json_schema").field("schema", schema).end().end();
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
