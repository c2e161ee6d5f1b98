import { Custom, fieldOf, invalidInput, Json, JsonWriter, plugin, range, readSums, splitWords } from "@testbench/plugins-sdk";

class Options {
  /** Field with the text, or texts, whose words `word_perplexity` divides by. */
  words_of: string = "text";
  /** How many log-probabilities at the end of each record count, such as those of an answer after its question. 0: all. A field `last_tokens` of the record takes precedence. */
  @range(0, 2147483647)
  last_tokens: i32 = 0;
}

@plugin({ name: "perplexity", type: "evaluator", aggregate: "sums", capabilities: ["text_evaluation"] })
export class Perplexity extends Custom {
  config: Options = new Options();

  /** Takes `logprobs`, natural logarithms: a list of them, or a list of lists, one a record. They may stand in `record`. */
  run(data: Json, out: JsonWriter): void {
    const sums = readSums(data);
    if (sums !== null) {
      // Of any set of records: the perplexity of all their tokens.
      const all = sums.get("log_likelihood");
      const count = sums.get("tokens");
      out.object().field("score", Math.exp(all / count)).key("metrics").object();
      out.field("perplexity", Math.exp(-all / count)).field("mean_nll", -all / count).field("log_likelihood", all).field("tokens", count);
      writeWords(out, sums.find("word_log_likelihood"), sums.find("words"));
      out.end().end();
      return;
    }
    const logprobs = fieldOf(data, "logprobs");
    const many = logprobs.at(0).isArray;
    const records = many ? logprobs.length : 1;
    const lasts = fieldOf(data, "last_tokens");
    if (lasts.isArray && lasts.length != records) {
      invalidInput(`Cannot compute: "logprobs" is of ${records} records, "last_tokens" has ${lasts.length} numbers`);
      return;
    }
    let sum: f64 = 0;
    let tokens = 0;
    for (let index = 0; index < records; index++) {
      const numbers = (many ? logprobs.at(index) : logprobs).numbers();
      const last = this.lastOf(lasts.isArray ? lasts.at(index) : lasts, numbers.length);
      if (last < 0) {
        invalidInput(`Cannot compute: expected whole numbers from 1 for "last_tokens"`);
        return;
      }
      const added = sumOf(numbers, numbers.length - last);
      if (isNaN(added)) {
        const where = many ? `"logprobs[${index}]"` : '"logprobs"';
        invalidInput(`Cannot compute: expected ${where} as a list of logarithms of probabilities, which are not above 0`);
        return;
      }
      sum += added;
      tokens += last;
    }
    const texts = fieldOf(data, this.config.words_of);
    const given = texts.isArray ? texts.length : 1;
    if (texts.exists && given != records) {
      invalidInput(`Cannot compute: "logprobs" is of ${records} records, "${this.config.words_of}" has ${given} texts`);
      return;
    }
    const words = countWords(texts.texts());
    const perplexity = Math.exp(-sum / tokens);
    // The geometric mean of the tokens' probabilities, which is 1 over the perplexity.
    out.object().field("score", Math.exp(sum / tokens));
    writeMeasures(out, perplexity, sum, tokens, words);
    // What a benchmark keeps of an evaluator's result.
    writeMeasures(out.key("metrics").object(), perplexity, sum, tokens, words);
    out.end().end();
  }

  /** How many of a record's numbers count; -1 for a wrong number. */
  private lastOf(given: Json, length: i32): i32 {
    if (!given.exists) return this.config.last_tokens > 0 ? min(this.config.last_tokens, length) : length;
    const last = given.number();
    return last >= 1 && trunc(last) == last ? <i32>min(last, <f64>length) : -1;
  }
}

function writeMeasures(out: JsonWriter, perplexity: f64, sum: f64, tokens: i32, words: i32): void {
  out.field("perplexity", perplexity).field("mean_nll", -sum / tokens).field("log_likelihood", sum).field("tokens", tokens);
  writeWords(out, sum, words);
}

/** `sum` is that of the records with words: only those count, where others of a set have no text. */
function writeWords(out: JsonWriter, sum: f64, words: f64): void {
  if (words == 0) return;
  out.field("word_perplexity", Math.exp(-sum / words)).field("word_log_likelihood", sum).field("words", words);
}

/** NaN if there is none, or one that is no logarithm of a probability. */
function sumOf(logprobs: StaticArray<f64>, start: i32): f64 {
  let sum: f64 = logprobs.length > 0 ? 0 : NaN;
  for (let index = 0; index < logprobs.length; index++) {
    const isLogarithm = logprobs[index] <= 0 && logprobs[index] > -Infinity;
    if (!isLogarithm) return NaN;
    if (index >= start) sum += logprobs[index];
  }
  return sum;
}

function countWords(texts: string[]): i32 {
  let words = 0;
  for (let index = 0; index < texts.length; index++) words += splitWords(texts[index]).length;
  return words;
}
