import { Completion, invalidInput, Json, plugin, Provider, ProviderRequest, ToolCall } from "@testbench/plugins-sdk";

class Options {
  /** Field of the record with the answer: keys separated by dots; `{model}` stands for the name of the model. A list holds the answers of one case in turn. */
  field: string = "answers.{model}";
  /** Answers for data without records: model, then prompt, then answer. */
  answers: Json = Json.missing;
}

@plugin({
  name: "replay",
  // The model whose answers these are has seen the files of the record.
  capabilities: ["text_evaluation", "multi_modal_evaluation"],
})
export class Replay extends Provider {
  config: Options = new Options();
  /** The path to the answer. A model's name may hold dots, so it is put in after the path is split. */
  private keys: string[] = [];

  start(): void {
    this.keys = this.config.field.split(".");
    const answers = this.config.answers;
    if (!answers.exists) return;
    if (!answers.isObject) invalidInput('Cannot replay: expected an object of models in "answers", found ' + answers.kindName);
    for (let index = 0; index < answers.length; index++) {
      const prompts = answers.at(index);
      if (!prompts.isObject) {
        invalidInput('Cannot replay: expected an object of prompts in "answers.' + answers.keyAt(index) + '", found ' + prompts.kindName);
      }
    }
  }

  complete(request: ProviderRequest): Completion {
    const model = request.model;
    let answer = this.find(request.record, model);
    if (!answer.exists) answer = this.config.answers.get(model).get(request.prompt);
    if (!answer.exists) {
      invalidInput('Cannot replay "' + model + '": the record has no "' + this.config.field.replace("{model}", model) + '"');
    }
    if (answer.isArray) {
      const turn = countAnswers(request.json.get("messages"));
      answer = answer.at(turn);
      if (!answer.exists) invalidInput('Cannot replay "' + model + '": there is no answer ' + (turn + 1).toString());
    }
    return completionOf(answer, model);
  }

  private find(record: Json, model: string): Json {
    let value = record;
    for (let index = 0; index < this.keys.length; index++) {
      const key = this.keys[index];
      value = value.get(key == "{model}" ? model : key.replace("{model}", model));
    }
    return value;
  }
}

/** Answers of the model that the conversation already has. */
function countAnswers(messages: Json): i32 {
  let count = 0;
  for (let index = 0; index < messages.length; index++) {
    if (messages.at(index).get("role").text() == "assistant") count++;
  }
  return count;
}

/** A text, or an object with `text` and `tool_calls`, whose arguments may be any JSON. */
function completionOf(answer: Json, model: string): Completion {
  const completion = new Completion(answer.isObject ? answer.get("text").text() : answer.text(), model);
  const calls = answer.get("tool_calls");
  for (let index = 0; index < calls.length; index++) {
    const given = calls.at(index).get("arguments");
    const input = given.isString ? given.text() : given.exists ? given.source() : "";
    completion.toolCalls.push(new ToolCall(calls.at(index).get("id").text(), calls.at(index).get("name").text(), input));
  }
  completion.finishReason = calls.length > 0 ? "tool_calls" : "stop";
  return completion;
}
