import { fieldOf } from "../json/field-path";
import { Json } from "../json/json";
import { formatNumber, linkFractions } from "../json/format-number";
import { JsonWriter } from "../json/writer";
import { excerpt } from "../text/excerpt";
import { readReferences } from "../text/references";
import { cannotWrite, invalidInput, wrongKind } from "./failure";
import { Plugin } from "./plugin";

/** Characters of an explanation that are kept: it goes into every row of the results. */
const MAX_EXPLANATION: i32 = 1000;

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
    if (!output.exists) missing("output");
    return output.text();
  }

  /** The right answer; the first one if there are several. Fails the call if there is none. */
  get expected(): string {
    const expected = this.json.get("expected");
    const first = expected.isArray ? expected.item(0) : expected;
    if (!first.exists) missing("expected");
    return first.text();
  }

  /** The right answers, of which any will do. Fails the call if there is none, or one is `null`. */
  get references(): string[] {
    return readReferences(this.json.get("expected"), "expected");
  }

  /** Any other field: next to the answer or, if there is none, of the record. Keys with dots between them go deeper. */
  field(name: string): Json {
    return fieldOf(this.json, name);
  }

  /** The whole row of the dataset, where the caller hands it over. */
  get record(): Json {
    return this.json.get("record");
  }
}

function missing(field: string): void {
  invalidInput('Cannot evaluate: field "' + field + '" is missing');
}

/** A judgement. */
@final
export class Evaluation {
  private names: string[] | null = null;
  private values: f64[] | null = null;
  private explanation: string = "";
  private certainty: f64 = NaN;

  private value: f64;

  /** @param score 0 (wrong) to 1 (right). */
  constructor(score: f64) {
    linkFractions();
    this.value = score;
  }

  /** 0 (wrong) to 1 (right). */
  get score(): f64 {
    return this.value;
  }

  /** Another one; outside of 0 to 1 it fails the call when it is given back. */
  set score(score: f64) {
    linkFractions();
    this.value = score;
  }

  /** 1 if `right`, else 0. */
  static pass(right: bool): Evaluation {
    // Without the constructor, which would link what 0 and 1 do not need. So every field has to be set here.
    const evaluation = changetype<Evaluation>(__new(offsetof<Evaluation>(), idof<Evaluation>()));
    evaluation.value = right ? 1 : 0;
    evaluation.names = null;
    evaluation.values = null;
    evaluation.certainty = NaN;
    evaluation.explanation = "";
    return evaluation;
  }

  /** Adds a number in addition to the score. */
  metric(name: string, value: f64): Evaluation {
    linkFractions();
    if (this.names === null) {
      this.names = [];
      this.values = [];
    }
    this.names!.push(name);
    this.values!.push(value);
    return this;
  }

  /** Says why, for people. A text of more than 1,000 characters is cut. */
  explain(text: string): Evaluation {
    this.explanation = excerpt(text, MAX_EXPLANATION);
    return this;
  }

  /** Says how sure the judgement is, 0 to 1. */
  confidence(value: f64): Evaluation {
    linkFractions();
    this.certainty = value;
    return this;
  }

  /** For this library. */
  write(out: JsonWriter): void {
    // NaN fails both comparisons.
    if (!(this.value >= 0 && this.value <= 1)) {
      cannotWrite(formatNumber(this.value) + " is no score from 0 to 1");
      return;
    }
    out.object().key("score").linkedNumber(this.value);
    const names = this.names;
    const values = this.values;
    if (names !== null && values !== null) {
      out.key("metrics").object();
      for (let index = 0; index < names.length; index++) out.key(unchecked(names[index])).linkedNumber(unchecked(values[index]));
      out.end();
    }
    if (this.explanation.length > 0) out.key("explanation").string(this.explanation);
    if (!isNaN(this.certainty)) out.key("confidence").linkedNumber(this.certainty);
    out.end();
  }
}

/** Scores answers. */
export abstract class Evaluator extends Plugin {
  /** Judges one answer. After `fail` return any evaluation, such as `Evaluation.pass(false)`: it is dropped. */
  abstract evaluate(input: EvaluatorInput): Evaluation;

  handle(data: Json, out: JsonWriter): void {
    if (!data.isObject) {
      wrongKind("the data", "an object", data.kindName);
      return;
    }
    this.evaluate(new EvaluatorInput(data)).write(out);
  }
}
