import { Custom, invalidInput, Json, JsonWriter, plugin } from "@testbench/plugins-sdk";

@plugin({ name: "pass-at-k", capabilities: ["text_evaluation"] })
export class PassAtK extends Custom {
  /** Takes `n` attempts of which `c` were right, and `k`. */
  run(data: Json, out: JsonWriter): void {
    const n = data.get("n").number();
    const c = data.get("c").number();
    const k = data.get("k").number();
    // NaN, which is what a missing field gives, fails every comparison.
    if (!(n >= 1 && c >= 0 && c <= n && k >= 1 && k <= n) || trunc(n) != n || trunc(c) != c || trunc(k) != k) {
      invalidInput('Cannot estimate: expected whole numbers "n" >= 1, "c" from 0 to n, "k" from 1 to n');
      return;
    }
    out.object().field("pass_at_k", atLeastOne(n, c, k)).field("pass_hat_k", all(n, c, k)).end();
  }
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
