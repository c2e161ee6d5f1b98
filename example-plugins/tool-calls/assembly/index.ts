import { describeFields, Evaluation, Evaluator, EvaluatorInput, excerpt, invalidInput, Json, oneOf, plugin, Regex } from "@testbench/plugins-sdk";

import { SchemaCheck } from "../../json-schema/assembly/check-schema";
import { Validator } from "../../json-schema/assembly/validator";
import { Call, Calls } from "./call";
import { difference, Rule, RULES } from "./compare";
import { Matching } from "./matching";

/** Characters of a name in an explanation. */
const MAX_NAME: i32 = 60;

class Options {
  /** Which calls must be made: the expected ones in order (`exact`), in order and maybe others between them (`in_order`), in any order (`unordered`), no others (`subset`), or all and maybe others (`superset`). */
  @oneOf(["exact", "in_order", "unordered", "subset", "superset"])
  trajectory: string = "exact";
  /** When arguments match: equal; the expected keys are there (`subset`); equal with lists in any order; valid by the `schema` of the expected call; always. */
  @oneOf(["exact", "subset", "any_order", "schema", "ignore"])
  arguments: string = "exact";
  /** What the score is: whether the trajectory matches, or a share. */
  @oneOf(["match", "f1", "precision", "recall"])
  score: string = "match";
  /** Field with the calls. Without it, those in `output` count. */
  field: string = "tool_calls";
}

@plugin({ name: "tool-calls" })
export class ToolCalls extends Evaluator {
  config: Options = new Options();
  private rule: Rule = Rule.Exact;
  /** Patterns of the schemas of the current call. */
  private regexes: Map<string, Regex> = new Map();

  start(): void {
    this.rule = RULES.indexOf(this.config.arguments);
  }

  evaluate(input: EvaluatorInput): Evaluation {
    const given = input.json.get("expected");
    if (!given.exists) {
      invalidInput('Cannot compare: field "expected" is missing; the fields: ' + describeFields(input.json));
      return Evaluation.pass(false);
    }
    const expected = Calls.read(given);
    const actual = this.readActual(input);
    const problem = this.checkExpected(expected, given);
    if (problem.length > 0) {
      invalidInput('Cannot compare: field "expected" ' + problem);
      return Evaluation.pass(false);
    }
    return this.compare(actual, expected);
  }

  private readActual(input: EvaluatorInput): Calls {
    const field = input.json.get(this.config.field);
    const found = Calls.read(field);
    if (found.list.length > 0 || field.exists) return found;
    const output = input.json.get("output");
    if (!output.exists) invalidInput('Cannot compare: fields "' + this.config.field + '" and "output" are missing; the fields: ' + describeFields(input.json));
    return Calls.read(output);
  }

  private checkExpected(expected: Calls, given: Json): string {
    if (expected.problem.length > 0) return "has " + expected.problem;
    // Only an empty list says that there is to be no call.
    const isEmpty = (given.isArray && given.length == 0) || (given.isString && isEmptyList(given.text()));
    if (expected.list.length == 0 && !isEmpty) return "has no call, in none of the forms that are known; an empty list means none";
    this.regexes = new Map();
    for (let index = 0; index < expected.list.length; index++) {
      const call = expected.list[index];
      const what = "has call " + (index + 1).toString();
      if (call.name.length == 0) return what + " without a name";
      if (this.rule == Rule.Schema) {
        if (!call.schema.isObject) return what + ' without a "schema"';
        const check = new SchemaCheck(call.schema);
        if (check.problem.length > 0) return what + " whose schema is wrong: " + check.problem;
        for (let place = 0; place < check.patterns.length; place++) {
          if (!this.regexes.has(check.patterns[place])) this.regexes.set(check.patterns[place], new Regex(check.patterns[place]));
        }
      } else if (this.rule != Rule.Ignore && !call.arguments.exists) return what + " whose arguments are no object";
    }
    return "";
  }

  private compare(actual: Calls, expected: Calls): Evaluation {
    const made = actual.list.length;
    const wanted = expected.list.length;
    let invalid = 0;
    for (let index = 0; index < made; index++) {
      if (!actual.list[index].arguments.exists) invalid++;
    }
    let matched = 0;
    let problem = actual.problem;
    if (problem.length > 0) {
      // Too many to compare match nothing.
    } else if (this.config.trajectory == "exact") {
      for (let index = 0; index < min(made, wanted); index++) {
        const found = this.differenceOf(actual.list[index], expected.list[index]);
        if (found.length == 0) matched++;
        else if (problem.length == 0) problem = "call " + (index + 1).toString() + found;
      }
      if (problem.length == 0 && made > wanted) problem = notExpected(actual.list[wanted], wanted);
      if (problem.length == 0 && made < wanted) problem = notMade(expected.list[made], made);
    } else if (this.config.trajectory == "in_order") {
      // Taking each expected call where it first is leaves the most for those after it.
      for (let index = 0; index < made && matched < wanted; index++) {
        if (this.differenceOf(actual.list[index], expected.list[matched]).length == 0) matched++;
      }
      if (matched < wanted) problem = notMade(expected.list[matched], matched) + (matched > 0 ? " after the ones before it" : "");
    } else {
      const matching = this.matchingOf(actual, expected);
      matched = matching.size;
      const mayLack = this.config.trajectory == "subset";
      const mayExceed = this.config.trajectory == "superset";
      if (!mayLack) problem = this.firstLacking(actual, expected, matching);
      if (problem.length == 0 && !mayExceed) problem = this.firstExceeding(actual, expected, matching);
    }
    const precision = share(matched, made, wanted);
    const recall = share(matched, wanted, made);
    const f1 = precision + recall > 0 ? (2 * precision * recall) / (precision + recall) : 0;
    const isMatch = problem.length == 0;
    const score = this.config.score == "match" ? (isMatch ? 1.0 : 0.0) : this.config.score == "f1" ? f1 : this.config.score == "recall" ? recall : precision;
    const evaluation = new Evaluation(score)
      .metric("match", isMatch ? 1 : 0)
      .metric("calls", made)
      .metric("expected_calls", wanted)
      .metric("matched", matched)
      .metric("precision", precision)
      .metric("recall", recall)
      .metric("f1", f1)
      .metric("invalid_arguments", invalid);
    return isMatch ? evaluation : evaluation.explain(problem);
  }

  private matchingOf(actual: Calls, expected: Calls): Matching {
    const wanted = expected.list.length;
    const matches = new StaticArray<bool>(actual.list.length * wanted);
    for (let made = 0; made < actual.list.length; made++) {
      for (let place = 0; place < wanted; place++) {
        matches[made * wanted + place] = this.differenceOf(actual.list[made], expected.list[place]).length == 0;
      }
    }
    return new Matching(matches, actual.list.length, wanted);
  }

  /** The first expected call that was not made, and where one of its name was, how that differs. */
  private firstLacking(actual: Calls, expected: Calls, matching: Matching): string {
    for (let place = 0; place < expected.list.length; place++) {
      if (matching.actualOf[place] >= 0) continue;
      const call = expected.list[place];
      for (let made = 0; made < actual.list.length; made++) {
        if (matching.expectedOf[made] >= 0 || actual.list[made].name != call.name) continue;
        return "call " + (made + 1).toString() + this.differenceOf(actual.list[made], call);
      }
      return notMade(call, place);
    }
    return "";
  }

  private firstExceeding(actual: Calls, expected: Calls, matching: Matching): string {
    for (let made = 0; made < actual.list.length; made++) {
      if (matching.expectedOf[made] >= 0) continue;
      const call = actual.list[made];
      for (let place = 0; place < expected.list.length; place++) {
        if (matching.actualOf[place] >= 0 || expected.list[place].name != call.name) continue;
        return "call " + (made + 1).toString() + this.differenceOf(call, expected.list[place]);
      }
      return notExpected(call, made);
    }
    return "";
  }

  /** What follows "call 2" in an explanation; empty if the two match. */
  private differenceOf(actual: Call, expected: Call): string {
    if (actual.name != expected.name) return " is " + quoted(actual.name) + ", expected " + quoted(expected.name);
    if (this.rule == Rule.Ignore) return "";
    if (!actual.arguments.exists) return " " + quoted(actual.name) + ": the arguments are no JSON object";
    let found = "";
    if (this.rule == Rule.Schema) {
      const validator = new Validator(expected.schema, this.regexes);
      if (!validator.check(expected.schema, actual.arguments, "")) found = "arguments: " + validator.errors[0];
    } else found = difference(actual.arguments, expected.arguments, this.rule, "arguments");
    return found.length > 0 ? " " + quoted(actual.name) + ": " + found : "";
  }
}

function isEmptyList(text: string): bool {
  const json = Json.parse(text);
  return json.isArray && json.length == 0;
}

/** Of nothing, all of it if the other side has nothing either, else nothing. */
function share(matched: i32, total: i32, other: i32): f64 {
  return total > 0 ? <f64>matched / <f64>total : other == 0 ? 1 : 0;
}

function notExpected(call: Call, place: i32): string {
  return "call " + (place + 1).toString() + " " + quoted(call.name) + " was not expected";
}

function notMade(call: Call, place: i32): string {
  return "expected call " + (place + 1).toString() + " " + quoted(call.name) + " was not made";
}

function quoted(name: string): string {
  return '"' + excerpt(name, MAX_NAME) + '"';
}
