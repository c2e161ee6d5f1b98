import { Completion, invalidInput, Json, plugin, Provider, ProviderRequest } from "@testbench/plugins-sdk";

class Options {
  /** Field of the record with the answer: keys separated by dots; `{model}` stands for the name of the model. */
  field: string = "answers.{model}";
  /** Answers for data without records: model, then prompt, then answer. */
  answers: Json = Json.missing;
}

@plugin({
  name: "replay",
  capabilities: ["text_evaluation"],
})
export class Replay extends Provider {
  config: Options = new Options();

  start(): void {
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
    const completion = new Completion(answer.text(), model);
    completion.finishReason = "stop";
    return completion;
  }

  /** Walks the path. A model's name may hold dots, so it is put in after the path is split. */
  private find(record: Json, model: string): Json {
    const keys = this.config.field.split(".");
    let value = record;
    for (let index = 0; index < keys.length; index++) value = value.get(keys[index].replace("{model}", model));
    return value;
  }
}
