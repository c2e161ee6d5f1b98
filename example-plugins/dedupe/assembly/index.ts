import { collapseSpace, Filter, foldCase, invalidInput, Json, oneOf, plugin, range, splitWords, TextField, toCodePoints } from "@testbench/plugins-sdk";

import { areEnough, MinHashIndex } from "./min-hash";
import { hashText, mix, shingles, similarity } from "./shingles";

class Options {
  /** Field with the text: keys separated by dots. Empty: the first of `text` and `output` that exists. An item that is a string is the text itself. */
  field: string = "";
  /** Similarity from which an item is dropped. 1 drops equal texts only. */
  @range(0.1, 1)
  threshold: f64 = 0.8;
  /** Unit of the shingles. */
  @oneOf(["words", "characters"])
  unit: string = "words";
  /** Consecutive units per shingle. */
  @range(1, 16)
  size: i32 = 3;
  /** Folds case before comparing. */
  ignore_case: bool = true;
  /** Number of MinHash permutations. More of them miss fewer pairs and take longer. */
  @range(16, 512)
  permutations: i32 = 128;
  /** Seed of the permutations. The same seed gives the same result. */
  seed: i32 = 1;
}

@plugin({ name: "dedupe" })
export class Dedupe extends Filter {
  config: Options = new Options();
  private field: TextField = new TextField();
  private place: i32 = 0;
  private texts: Map<string, i32> = new Map();
  private index: MinHashIndex | null = null;
  private sets: Map<i32, u64[]> = new Map();

  start(): void {
    this.field = new TextField(this.config.field);
    if (!areEnough(this.config.permutations, this.config.threshold)) {
      invalidInput("Cannot find texts so little alike: take more permutations or a higher threshold");
    }
  }

  begin(data: Json): void {
    const config = this.config;
    this.field.requireAny(data.get("items"));
    this.place = -1;
    this.texts = new Map();
    this.sets = new Map();
    this.index = config.threshold < 1 ? new MinHashIndex(config.permutations, config.threshold, config.seed) : null;
  }

  keep(item: Json): bool {
    this.place++;
    const value = this.field.find(item);
    // Like nothing else; `begin` has seen that there are others.
    if (!value.exists) return true;
    let text = collapseSpace(value.text());
    if (this.config.ignore_case) text = foldCase(text);
    if (this.texts.has(text)) return this.drop("the same as item " + this.texts.get(text).toString());
    const index = this.index;
    if (index !== null && !this.isNew(text, index)) return false;
    this.texts.set(text, this.place);
    return true;
  }

  /** Compares the text with those that have a band in common with it, and adds it if it is like none of them. */
  private isNew(text: string, index: MinHashIndex): bool {
    const set = shingles(this.parts(text), this.config.size);
    const keys = index.keysOf(set);
    const candidates = index.candidates(keys);
    let best = -1;
    let most: f64 = 0;
    for (let number = 0; number < candidates.length; number++) {
      const shared = similarity(set, this.sets.get(candidates[number]));
      if (shared < this.config.threshold || shared <= most) continue;
      best = candidates[number];
      most = shared;
    }
    if (best >= 0) return this.drop("like item " + best.toString() + ", similarity " + most.toString());
    index.add(this.place, keys);
    this.sets.set(this.place, set);
    return true;
  }

  private parts(text: string): u64[] {
    const hashes: u64[] = [];
    if (this.config.unit == "words") {
      const words = splitWords(text);
      for (let index = 0; index < words.length; index++) hashes.push(hashText(words[index]));
    } else {
      const points = toCodePoints(text);
      for (let index = 0; index < points.length; index++) hashes.push(mix(points[index]));
    }
    return hashes;
  }
}
