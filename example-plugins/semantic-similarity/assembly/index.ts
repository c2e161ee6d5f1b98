import {
  answers, ask, ErrorCode, Evaluation, Evaluator, EvaluatorInput, fail, invalidInput, isAnswered, plugin, range, strip,
} from "@testbench/plugins-sdk";

/** Texts of one ask; one of them is the answer. */
const MAX_TEXTS: i32 = 64;

class Options {
  /** Name of the provider of the benchmark that gives the embeddings. Required: there is no default, so that no tested model is asked by mistake. */
  provider: string = "";
  /** Model that gives the embeddings, such as `text-embedding-3-small`. Required. */
  model: string = "";
  /** The cosine that scores 0; 1 scores 1. */
  @range(-1, 0.999999)
  expected_min: f64 = 0;
}

@plugin({
  name: "semantic-similarity",
  capabilities: ["text_evaluation", "api_requests", "network"],
  asking: true,
  reads: ["output", "expected"],
  permissions: { network: true },
})
export class SemanticSimilarity extends Evaluator {
  config: Options = new Options();

  start(): void {
    if (this.config.provider.length == 0) invalidInput('Cannot compare: setting "provider" is missing; it names a provider of the benchmark that gives embeddings');
    if (this.config.model.length == 0) invalidInput('Cannot compare: setting "model" is missing; it names a model for embeddings');
  }

  evaluate(input: EvaluatorInput): Evaluation {
    const output = input.output;
    const references = input.references;
    if (references.length >= MAX_TEXTS) {
      invalidInput("Cannot compare: " + references.length.toString() + " right answers, limit is " + (MAX_TEXTS - 1).toString());
    }
    for (let index = 0; index < references.length; index++) {
      if (strip(references[index]).length == 0) invalidInput("Cannot compare: right answer " + (index + 1).toString() + " is blank, which has no meaning");
    }
    // Servers refuse a text without content.
    if (strip(output).length == 0) return new Evaluation(0).metric("cosine", 0).explain("the answer is blank");
    // Equal texts have equal embeddings.
    if (references.includes(output)) return new Evaluation(1).metric("cosine", 1);
    if (isAnswered()) return this.compare(references.length);
    const texts = [output];
    for (let index = 0; index < references.length; index++) texts.push(references[index]);
    ask.embed(this.config.provider, this.config.model, texts);
    // Dropped.
    return new Evaluation(0);
  }

  /** The best of the right answers counts. */
  private compare(references: i32): Evaluation {
    const evaluation = new Evaluation(0);
    const answer = answers()[0];
    const vectors = answer.output.get("embeddings");
    if (answer.code < 0 || vectors.length != references + 1) {
      fail('Cannot compare: provider "' + this.config.provider + '" gave no embeddings: ' + answer.problem, ErrorCode.ERROR);
      return evaluation;
    }
    const own = vectors.at(0).numbers();
    let best: f64 = -1;
    let place = 0;
    for (let index = 1; index <= references; index++) {
      const cosine = cosineOf(own, vectors.at(index).numbers());
      if (!isFinite(cosine)) {
        fail("Cannot compare: embedding " + index.toString() + " is zero, too large, or of another length than that of the answer", ErrorCode.ERROR);
        return evaluation;
      }
      if (cosine > best || index == 1) {
        best = cosine;
        place = index;
      }
    }
    const least = this.config.expected_min;
    evaluation.score = min(1.0, max(0.0, (best - least) / (1 - least)));
    evaluation.metric("cosine", best);
    return references > 1 ? evaluation.explain("closest to right answer " + place.toString()) : evaluation;
  }
}

/** NaN for vectors that have none. */
function cosineOf(a: StaticArray<f64>, b: StaticArray<f64>): f64 {
  if (a.length != b.length || a.length == 0) return NaN;
  let product: f64 = 0;
  let squaresA: f64 = 0;
  let squaresB: f64 = 0;
  for (let index = 0; index < a.length; index++) {
    const x = unchecked(a[index]);
    const y = unchecked(b[index]);
    product += x * y;
    squaresA += x * x;
    squaresB += y * y;
  }
  // Rounding may lead a little beyond 1.
  return max(-1.0, min(1.0, product / (Math.sqrt(squaresA) * Math.sqrt(squaresB))));
}
