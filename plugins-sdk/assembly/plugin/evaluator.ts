import { Json } from "../json/json";
import { JsonWriter } from "../json/writer";
import { fail, invalidInput } from "./failure";
import { Plugin } from "./plugin";

/** What an evaluator is asked to judge. */
@final
export class EvaluatorInput {
  constructor(
    /** All that came, for fields that have no name here. */
    readonly json: Json,
  ) {}

  /** What the model was asked; empty if unknown. */
  get input(): string {
    return this.json.get("input").text();
  }

  /** The answer to judge. Fails the call if there is none. */
  get output(): string {
    const output = this.json.get("output");
    if (!output.exists) invalidInput('Cannot evaluate: field "output" is missing');
    return output.text();
  }

  /** The right answer; the first one if there are several. Fails the call if there is none. */
  get expected(): string {
    const references = this.references;
    return references.length > 0 ? references[0] : "";
  }

  /** The right answers, of which any will do. Fails the call if there is none. */
  get references(): string[] {
    const references = this.json.get("expected").texts();
    if (references.length == 0) invalidInput('Cannot evaluate: field "expected" is missing');
    return references;
  }

  /** Any other field. */
  field(name: string): Json {
    return this.json.get(name);
  }

  /** The whole row of the dataset, where the caller hands it over. */
  get record(): Json {
    return this.json.get("record");
  }
}

/** A judgement. */
@final
export class Evaluation {
  private names: string[] = [];
  private values: f64[] = [];
  private explanation: string = "";
  private certainty: f64 = NaN;

  constructor(
    /** 0 (wrong) to 1 (right). */
    public score: f64,
  ) {}

  /** 1 if `right`, else 0. */
  static pass(right: bool): Evaluation {
    return new Evaluation(right ? 1 : 0);
  }

  /** Adds a number beside the score. */
  metric(name: string, value: f64): Evaluation {
    this.names.push(name);
    this.values.push(value);
    return this;
  }

  /** Says why, for people. */
  explain(text: string): Evaluation {
    this.explanation = text;
    return this;
  }

  /** Says how sure the judgement is, 0 to 1. */
  confidence(value: f64): Evaluation {
    this.certainty = value;
    return this;
  }

  /** For this library. */
  write(out: JsonWriter): void {
    // NaN fails both comparisons.
    if (!(this.score >= 0 && this.score <= 1)) {
      fail("Cannot give a score: it is " + this.score.toString() + ", expected a number from 0 to 1");
      return;
    }
    out.object().key("score").number(this.score);
    if (this.names.length > 0) {
      out.key("metrics").object();
      for (let index = 0; index < this.names.length; index++) {
        out.key(this.names[index]).number(this.values[index]);
      }
      out.end();
    }
    if (this.explanation.length > 0) out.key("explanation").string(this.explanation);
    if (!isNaN(this.certainty)) out.key("confidence").number(this.certainty);
    out.end();
  }
}

/** Scores answers. */
export abstract class Evaluator extends Plugin {
  abstract evaluate(input: EvaluatorInput): Evaluation;

  handle(data: Json, out: JsonWriter): void {
    if (!data.isObject) {
      invalidInput("Cannot evaluate: expected an object with the field \"output\", found " + data.kindName);
      return;
    }
    this.evaluate(new EvaluatorInput(data)).write(out);
  }
}
