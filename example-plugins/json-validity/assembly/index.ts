import { Evaluation, Evaluator, EvaluatorInput, fail, Json, plugin } from "@testbench/plugins-sdk";

import { SchemaCheck } from "./schema";

class Options {
  /** JSON Schema that the answer has to fit; without one, it has to be an object or a list. */
  schema: Json = Json.missing;
}

@plugin({ name: "json-validity" })
export class JsonValidity extends Evaluator {
  config: Options = new Options();

  start(): void {
    const unknown = SchemaCheck.unknownKeyword(this.config.schema);
    if (unknown.length > 0) fail('Cannot use the schema: keyword "' + unknown + '" is not supported');
  }

  /** A schema may also come with the record, in the field `schema`. */
  evaluate(input: EvaluatorInput): Evaluation {
    const output = input.field("output");
    const value = output.isString ? Json.parse(output.text()) : output;
    let schema = input.field("schema");
    if (!schema.exists) schema = this.config.schema;
    else if (SchemaCheck.unknownKeyword(schema).length > 0) {
      fail('Cannot use the schema: keyword "' + SchemaCheck.unknownKeyword(schema) + '" is not supported');
    }
    if (!schema.exists) return Evaluation.pass(value.isObject || value.isArray);
    const check = new SchemaCheck();
    const fits = value.kindName != "nothing" && check.fits(value, schema, "answer");
    const evaluation = Evaluation.pass(fits);
    return fits ? evaluation : evaluation.explain(check.problem.length > 0 ? check.problem : "the answer is not JSON");
  }
}
