import { Completion, emit, plugin, Provider, ProviderRequest, splitWords } from "@testbench/plugins-sdk";

class Options {
  /** Text before the prompt. */
  prefix: string = "";
}

@plugin({ name: "echo", capabilities: ["streaming"] })
export class Echo extends Provider {
  config: Options = new Options();

  complete(request: ProviderRequest): Completion {
    const prompt = request.prompt;
    const completion = new Completion(this.config.prefix + prompt, request.model);
    if (request.stream) {
      const text = completion.text;
      let start = 0;
      // A word and the space after it at a time.
      for (let index = 1; index <= text.length; index++) {
        if (index < text.length && text.charCodeAt(index - 1) != 0x20) continue;
        emit(text.substring(start, index));
        start = index;
      }
    }
    // Words, because there is no tokenizer.
    completion.promptTokens = splitWords(prompt).length;
    completion.completionTokens = splitWords(completion.text).length;
    completion.finishReason = "stop";
    return completion;
  }
}
