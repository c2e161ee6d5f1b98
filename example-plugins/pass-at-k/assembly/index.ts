import { Custom, fieldOf, invalidInput, Json, JsonWriter, plugin, range, readSums } from "@testbench/plugins-sdk";

class Options {
  /** Attempts one may choose from, for records without a field `k`. 0: every record must have one. */
  @range(0, 1000000)
  k: i32 = 0;
}

@plugin({ name: "pass-at-k", type: "evaluator", aggregate: "sums", capabilities: ["text_evaluation"] })
export class PassAtK extends Custom {
  config: Options = new Options();

  /** Takes `n` attempts of which `c` were right, and `k`. All of them may stand in `record`. */
  run(data: Json, out: JsonWriter): void {
    const sums = readSums(data);
    if (sums !== null) {
      // Of any set of tasks: the mean over them, as human_eval's.
      writeBoth(out, sums.mean("pass_at_k"), sums.mean("pass_hat_k"));
      return;
    }
    const n = fieldOf(data, "n").number();
    const c = fieldOf(data, "c").number();
    const own = fieldOf(data, "k");
    const k = own.exists || this.config.k == 0 ? own.number() : this.config.k;
    // NaN, which is what a missing field gives, fails every comparison.
    if (!(n >= 1 && c >= 0 && c <= n && k >= 1 && k <= n) || trunc(n) != n || trunc(c) != c || trunc(k) != k) {
      invalidInput('Cannot estimate: expected whole numbers "n" >= 1, "c" from 0 to n, "k" from 1 to n');
      return;
    }
    writeBoth(out, atLeastOne(n, c, k), all(n, c, k));
  }
}

function writeBoth(out: JsonWriter, passAtK: f64, passHatK: f64): void {
  out.object().field("score", passAtK).field("pass_at_k", passAtK).field("pass_hat_k", passHatK);
  // What a benchmark keeps of an evaluator's result.
  out.key("metrics").object().field("pass_at_k", passAtK).field("pass_hat_k", passHatK).end().end();
}

/** 1 - C(n-c, k) / C(n, k), as a product, since the binomials overflow. */
function atLeastOne(n: f64, c: f64, k: f64): f64 {
  if (n - c < k) return 1;
  let none: f64 = 1;
  for (let i = n - c + 1; i <= n; i++) none *= 1 - k / i;
  return 1 - none;
}

/** C(c, k) / C(n, k). */
function all(n: f64, c: f64, k: f64): f64 {
  if (c < k) return 0;
  let every: f64 = 1;
  for (let i: f64 = 0; i < k; i++) every *= (c - i) / (n - i);
  return every;
}
