import { countCodePoints, Json, JsonWriter } from "@testbench/plugins-sdk";

/**
 * A plugin of the classic signature: the host gives the room for the output, and says in `*outLength` how
 * large it is; the plugin says there how much it wrote, or needs. `data` comes and goes without an envelope.
 *
 *     outLength -> +-----+   before: capacity of `out`
 *                  | u32 |   after:  bytes written, or needed if the result is -4
 *                  +-----+
 *
 * New plugins are easier to write with `@plugin`; this one shows that old ones load as they are.
 */
const METADATA: string =
  '{"name":"length-ratio","version":"1.0.0","description":"Length of the answer against the reference",' +
  '"author":"Testbench contributors","plugin_type":"evaluator","capabilities":["text_evaluation"],"api_version":"1.0.0"}';

const INVALID_INPUT: i32 = -2;
const OUT_OF_MEMORY: i32 = -4;

export function plugin_metadata(out: usize, outLength: usize): i32 {
  return answer(METADATA, out, outLength);
}

export function plugin_execute(input: usize, length: usize, out: usize, outLength: usize): i32 {
  // Nothing of an earlier call is on the stack or in a global.
  __collect();
  const data = Json.parse(String.UTF8.decodeUnsafe(input, length));
  const output = data.get("output");
  const references = data.get("expected");
  const expected = references.isArray ? references.at(0) : references;
  if (!output.exists || !expected.exists) return INVALID_INPUT;
  const a = countCodePoints(output.text());
  const b = countCodePoints(expected.text());
  const score = a == b ? 1 : <f64>min(a, b) / max(a, b);
  return answer(new JsonWriter().object().field("score", score).end().toString(), out, outLength);
}

function answer(text: string, out: usize, outLength: usize): i32 {
  const bytes = String.UTF8.encode(text);
  const size = <u32>bytes.byteLength;
  const capacity = load<u32>(outLength);
  store<u32>(outLength, size);
  if (size > capacity) return OUT_OF_MEMORY;
  memory.copy(out, changetype<usize>(bytes), size);
  return 0;
}
