import { findJson, Json } from "@testbench/plugins-sdk";

/** Calls that are compared: each with each, at worst. */
const MAX_CALLS: i32 = 256;
/** Names under which arguments stand in plain calls. */
const ARGUMENT_KEYS: string[] = ["arguments", "args", "input", "parameters"];

/** One call of a tool. */
@final
export class Call {
  /** An object; of kind `Missing` if the model wrote something else. */
  arguments: Json = Json.missing;
  /** What the arguments must keep to, of an expected call; of kind `Missing` if it has none. */
  schema: Json = Json.missing;
  hasArguments: bool = false;

  constructor(readonly name: string) {}
}

/** The calls of a value, in their order. */
@final
export class Calls {
  readonly list: Call[] = [];
  /** Why there are none to compare; empty if all is well. */
  problem: string = "";

  /**
   * Reads calls in the forms of OpenAI (chat completions and responses), of Anthropic, and plain: `{"name", "arguments"}`. They may stand alone,
   * in lists, in messages, in whole answers, and in texts that are JSON. A text without JSON has none.
   */
  static read(value: Json): Calls {
    const calls = new Calls();
    calls.take(value.isString ? findJson(value.text()) : value);
    if (calls.list.length > MAX_CALLS) calls.problem = "more than " + MAX_CALLS.toString() + " calls";
    return calls;
  }

  private take(value: Json): void {
    if (this.list.length > MAX_CALLS) return;
    if (value.isArray) {
      for (let index = 0; index < value.length; index++) this.take(value.at(index));
      return;
    }
    if (!value.isObject) return;
    const called = value.get("function");
    const type = value.get("type").text();
    if (called.isObject) this.add(called, "arguments");
    else if (type == "tool_use" || type == "server_tool_use") this.add(value, "input");
    else if (type == "function_call") this.add(value, "arguments");
    else if (value.get("choices").isArray) this.take(value.get("choices").at(0).get("message"));
    else if (value.get("output").isArray) this.take(value.get("output"));
    else if (value.get("role").isString || value.get("tool_calls").exists || value.get("content").isArray) this.takeMessage(value);
    else if (value.get("name").isString && type != "tool_result") this.addPlain(value);
  }

  /** What a tool or a person says is no call, whatever it looks like. */
  private takeMessage(message: Json): void {
    const role = message.get("role").text("assistant");
    if (role != "assistant" && role != "ai" && role != "model") return;
    this.take(message.get("tool_calls"));
    if (message.get("content").isArray) this.take(message.get("content"));
  }

  private addPlain(value: Json): void {
    for (let index = 0; index < ARGUMENT_KEYS.length; index++) {
      if (value.get(ARGUMENT_KEYS[index]).exists) return this.add(value, ARGUMENT_KEYS[index]);
    }
    this.add(value, "arguments");
  }

  private add(value: Json, key: string): void {
    const call = new Call(value.get("name").text());
    const given = value.get(key);
    call.schema = value.get("schema");
    call.hasArguments = given.exists;
    if (!given.exists || given.isNull) call.arguments = Json.parse("{}");
    else if (!given.isString) call.arguments = given;
    // A tool without arguments may come with an empty text.
    else call.arguments = Json.parse(given.text().length == 0 ? "{}" : given.text());
    if (!call.arguments.isObject) call.arguments = Json.missing;
    this.list.push(call);
  }
}
