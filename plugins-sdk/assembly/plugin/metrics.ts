import { linkFractions } from "../json/format-number";
import { JsonWriter } from "../json/writer";

let names: string[] | null = null;
let values: f64[] | null = null;

/** Reports a number of the current call, whatever the plugin's type; it stands in the output's metadata. */
export function reportMetric(name: string, value: f64): void {
  linkFractions();
  if (names === null) {
    names = [];
    values = [];
  }
  names!.push(name);
  values!.push(value);
}

/** For this library: forgets the numbers of an earlier call. */
export function clearMetrics(): void {
  names = null;
  values = null;
}

/** For this library: writes the envelope's `metadata`, if there is anything to say. */
export function writeMetrics(out: JsonWriter): void {
  const reported = names;
  const numbers = values;
  if (reported === null || numbers === null) return;
  out.key("metadata").object().key("metrics").object();
  for (let index = 0; index < reported.length; index++) out.key(unchecked(reported[index])).linkedNumber(unchecked(numbers[index]));
  out.end().end();
}
