import { describeFields, Evaluation, Evaluator, EvaluatorInput, excerpt, findJson, invalidInput, Json, plugin, Regex } from "@testbench/plugins-sdk";

import { SchemaCheck } from "./check-schema";
import { Validator } from "./validator";

/** How many mistakes are told. */
const MAX_TOLD: i32 = 5;
/** Characters of one of them that are told: keys of the answer stand in it. */
const MAX_MISTAKE: i32 = 150;

class Options {
  /** The schema. Without it, the field `schema` of the record applies, or else its `expected`. */
  schema: Json = Json.missing;
  /** Looks for the JSON between words and in fences. Otherwise the whole answer must be JSON. */
  find: bool = true;
}

@plugin({ name: "json-schema" })
export class JsonSchema extends Evaluator {
  config: Options = new Options();
  private regexes: Map<string, Regex> = new Map();

  start(): void {
    if (this.config.schema.exists) this.prepare(this.config.schema, this.regexes);
  }

  evaluate(input: EvaluatorInput): Evaluation {
    let schema = this.config.schema;
    let regexes = this.regexes;
    if (!schema.exists) {
      schema = input.field("schema");
      if (!schema.exists) schema = input.field("expected");
      if (!schema.exists) {
        invalidInput('Cannot check: there is no setting "schema", and no field "schema" or "expected"; the fields: ' + describeFields(input.json));
        return new Evaluation(0);
      }
      // In CSV all values are texts.
      if (schema.isString) schema = Json.parse(schema.text());
      regexes = new Map();
      if (!this.prepare(schema, regexes)) return new Evaluation(0);
    }
    const value = this.read(input.field("output"));
    if (!value.exists && !value.isNull) {
      return new Evaluation(0).metric("is_json", 0).metric("errors", 0).explain("the answer is not JSON");
    }
    const validator = new Validator(schema, regexes);
    const valid = validator.check(schema, value, "");
    const evaluation = Evaluation.pass(valid).metric("is_json", 1).metric("errors", validator.errors.length);
    return valid ? evaluation : evaluation.explain(told(validator.errors));
  }

  /** A string is text that holds JSON; all else is the JSON itself. */
  private read(output: Json): Json {
    if (!output.isString) return output;
    return this.config.find ? findJson(output.text()) : Json.parse(output.text());
  }

  private prepare(schema: Json, regexes: Map<string, Regex>): bool {
    const check = new SchemaCheck(schema);
    if (check.problem.length > 0) {
      invalidInput("Cannot read the schema: " + check.problem);
      return false;
    }
    for (let index = 0; index < check.patterns.length; index++) {
      const pattern = check.patterns[index];
      if (!regexes.has(pattern)) regexes.set(pattern, new Regex(pattern));
    }
    return true;
  }
}

function told(errors: string[]): string {
  const texts = errors.slice(0, MAX_TOLD);
  for (let index = 0; index < texts.length; index++) texts[index] = excerpt(texts[index], MAX_MISTAKE);
  return texts.join("; ");
}
