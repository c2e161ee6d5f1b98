import { Custom, invalidInput, Json, JsonWriter, plugin, splitWords } from "@testbench/plugins-sdk";

class Options {
  /** Field with the text, or texts, whose words `word_perplexity` divides by. */
  words_of: string = "text";
}

@plugin({ name: "perplexity", capabilities: ["text_evaluation"] })
export class Perplexity extends Custom {
  config: Options = new Options();

  /** Takes `logprobs`, natural logarithms: a list of them, or a list of lists. */
  run(data: Json, out: JsonWriter): void {
    const logprobs = data.get("logprobs");
    let sum: f64 = 0;
    let tokens = 0;
    for (let index = 0; index < logprobs.length; index++) {
      const item = logprobs.at(index);
      if (!item.isArray) {
        sum += item.number();
        tokens++;
        continue;
      }
      const numbers = item.numbers();
      for (let token = 0; token < numbers.length; token++) sum += numbers[token];
      tokens += numbers.length;
    }
    // A value that is no number makes the sum NaN.
    if (tokens == 0 || isNaN(sum)) {
      invalidInput('Cannot compute: expected numbers in the list "logprobs"');
      return;
    }
    out.object().field("perplexity", Math.exp(-sum / tokens)).field("log_likelihood", sum).field("tokens", tokens);
    const texts = data.get(this.config.words_of).texts();
    let words = 0;
    for (let index = 0; index < texts.length; index++) words += splitWords(texts[index]).length;
    if (words > 0) out.field("word_perplexity", Math.exp(-sum / words)).field("words", words);
    out.end();
  }
}
