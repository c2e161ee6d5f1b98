import { JsonWriter } from "../json/writer";

let names: string[] = [];
let values: f64[] = [];

/** Reports a number of the current call, whatever the plugin's type; it stands in the output's metadata. */
export function reportMetric(name: string, value: f64): void {
  names.push(name);
  values.push(value);
}

/** For this library: forgets the numbers of an earlier call. */
export function clearMetrics(): void {
  if (names.length == 0) return;
  names = [];
  values = [];
}

/** For this library: writes the envelope's `metadata`, if there is anything to say. */
export function writeMetrics(out: JsonWriter): void {
  if (names.length == 0) return;
  out.key("metadata").object().key("metrics").object();
  for (let index = 0; index < names.length; index++) out.key(names[index]).number(values[index]);
  out.end().end();
}
