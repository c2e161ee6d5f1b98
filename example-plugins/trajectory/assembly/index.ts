import { describeFields, Evaluation, Evaluator, EvaluatorInput, invalidInput, Json, plugin, range } from "@testbench/plugins-sdk";

class Options {
  /** Whether a case must end with an answer: not at a limit of steps, and not with a call that nothing answers. */
  must_answer: bool = true;
  /** Most calls of the model. 0: no limit. */
  @range(0, 10000)
  max_steps: i32 = 0;
  /** Most calls of tools. 0: no limit. */
  @range(0, 100000)
  max_tool_calls: i32 = 0;
  /** Most calls of tools that gave no result. -1: no limit. */
  @range(-1, 100000)
  max_tool_errors: i32 = -1;
  /** Most calls that repeat an earlier one with the same arguments. -1: no limit. */
  @range(-1, 100000)
  max_repeated: i32 = -1;
}

@plugin({ name: "trajectory" })
export class Trajectory extends Evaluator {
  config: Options = new Options();

  evaluate(input: EvaluatorInput): Evaluation {
    const made = input.json.get("trajectory");
    if (!made.isObject) {
      invalidInput('Cannot measure: field "trajectory" is missing, the case has neither tools nor turns; the fields: ' + describeFields(input.json));
      return Evaluation.pass(false);
    }
    const config = this.config;
    const ended = made.get("ended").text();
    const answered = ended == "answer" || ended == "stop" || ended == "max-turns";
    const steps = figure(made, "steps");
    const calls = figure(made, "tool_calls");
    const errors = figure(made, "tool_errors");
    const repeated = countRepeated(input.json.get("tool_calls"));
    let problem = "";
    if (config.must_answer && !answered) problem = "the case ended with " + (ended.length > 0 ? ended : "a failure");
    else if (config.max_steps > 0 && steps > config.max_steps) problem = over("steps", steps, config.max_steps);
    else if (config.max_tool_calls > 0 && calls > config.max_tool_calls) problem = over("tool calls", calls, config.max_tool_calls);
    else if (config.max_tool_errors >= 0 && errors > config.max_tool_errors) problem = over("failed tool calls", errors, config.max_tool_errors);
    else if (config.max_repeated >= 0 && repeated > config.max_repeated) problem = over("repeated tool calls", repeated, config.max_repeated);
    const evaluation = Evaluation.pass(problem.length == 0)
      .metric("answered", answered ? 1 : 0)
      .metric("steps", steps)
      .metric("turns", figure(made, "turns"))
      .metric("tool_calls", calls)
      .metric("tool_errors", errors)
      .metric("repeated_calls", repeated)
      .metric("tool_fuel", figure(made, "fuel"))
      .metric("tokens", figure(made, "prompt_tokens") + figure(made, "completion_tokens"));
    return problem.length == 0 ? evaluation : evaluation.explain(problem);
  }
}

function figure(made: Json, name: string): f64 {
  return made.get(name).number(0);
}

function over(what: string, found: f64, limit: i32): string {
  return (<i64>found).toString() + " " + what + ", limit is " + limit.toString();
}

/** Calls of the same tool with the same arguments, character by character, as an earlier one. */
function countRepeated(calls: Json): i32 {
  const seen = new Set<string>();
  let repeated = 0;
  for (let index = 0; index < calls.length; index++) {
    const call = calls.at(index);
    const key = call.get("name").text() + "\0" + call.get("arguments").text();
    if (seen.has(key)) repeated++;
    else seen.add(key);
  }
  return repeated;
}
