import { Evaluation, Evaluator, EvaluatorInput, excerpt, fail, invalidInput, Json, plugin } from "@testbench/plugins-sdk";

import { problemOf } from "./check-schema";
import { SchemaCheck } from "./schema";

/** Characters of a mistake that are told: keys of the answer stand in it. */
const MAX_PROBLEM: i32 = 300;

class Options {
  /** The schema to fit. A field `schema` of the record takes precedence. Without either, the answer must be an object or a list. */
  schema: Json = Json.missing;
}

@plugin({ name: "json-validity" })
export class JsonValidity extends Evaluator {
  config: Options = new Options();

  start(): void {
    const schema = this.config.schema;
    const problem = schema.exists ? problemOf(schema) : "";
    if (problem.length > 0) fail("Cannot use the schema: " + problem);
  }

  /** A schema may also come with the answer or in its record, in the field `schema`. */
  evaluate(input: EvaluatorInput): Evaluation {
    const output = input.field("output");
    const value = output.isString ? Json.parse(output.text()) : output;
    let schema = input.field("schema");
    if (!schema.exists) {
      schema = this.config.schema;
    } else {
      // In CSV all values are texts.
      if (schema.isString) schema = Json.parse(schema.text());
      const problem = problemOf(schema);
      if (problem.length > 0) {
        invalidInput('Cannot use the schema of field "schema": ' + problem);
        return new Evaluation(0);
      }
    }
    if (!schema.exists) return Evaluation.pass(value.isObject || value.isArray);
    const check = new SchemaCheck();
    const fits = value.kindName != "nothing" && check.fits(value, schema, "answer");
    const evaluation = Evaluation.pass(fits);
    return fits ? evaluation : evaluation.explain(check.problem.length > 0 ? excerpt(check.problem, MAX_PROBLEM) : "the answer is not JSON");
  }
}
