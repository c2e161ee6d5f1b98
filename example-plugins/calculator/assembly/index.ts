import { Custom, invalidInput, Json, JsonWriter, plugin } from "@testbench/plugins-sdk";

import { Expression } from "./expression";

/** A model that writes more than this does not calculate. */
const MAX_LENGTH: i32 = 1000;

@plugin({ name: "calculator" })
export class Calculator extends Custom {
  /** As a tool, it gets its arguments in `arguments`; else the data are the arguments. */
  run(data: Json, out: JsonWriter): void {
    const given = data.get("arguments");
    const text = (given.isObject ? given : data).get("expression");
    if (!text.isString) return invalidInput('Cannot calculate: "expression" is ' + text.kindName + ", expected a text");
    if (text.text().length > MAX_LENGTH) return invalidInput("Cannot calculate: the expression has more than " + MAX_LENGTH.toString() + " characters");
    const expression = new Expression(text.text());
    const value = expression.value();
    if (expression.problem.length > 0) return invalidInput("Cannot calculate: " + expression.problem);
    if (!isFinite(value)) return invalidInput("Cannot calculate: the result is not a finite number");
    out.object().key("result").number(value).end();
  }
}
