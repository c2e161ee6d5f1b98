import { Evaluation, Sums } from "@testbench/plugins-sdk";

const EXPECTED = "expected:";
const GIVEN = "given:";
const RIGHT = "right:";

/** How often a class was the right one, was answered, and both. */
@final
export class ClassCounts {
  expected: f64 = 0;
  given: f64 = 0;
  right: f64 = 0;

  constructor(readonly label: string) {}
}

/** What a classification came to: everything that its figures need, and all of it adds up. */
@final
export class Tally {
  n: f64 = 0;
  right: f64 = 0;
  /** Answers that are none of the classes. */
  unreadable: f64 = 0;
  private classes: Map<string, ClassCounts> = new Map();

  /** @param given Null for an answer that is none of the classes. */
  add(expected: string, given: string | null): void {
    this.n++;
    this.of(expected).expected++;
    if (given === null) {
      this.unreadable++;
      return;
    }
    this.of(given).given++;
    if (given != expected) return;
    this.of(given).right++;
    this.right++;
  }

  /** The counts of one record, or several, as metrics. */
  report(evaluation: Evaluation): void {
    const classes = this.sorted();
    for (let index = 0; index < classes.length; index++) {
      const counts = classes[index];
      if (counts.expected > 0) evaluation.metric(EXPECTED + counts.label, counts.expected);
      if (counts.given > 0) evaluation.metric(GIVEN + counts.label, counts.given);
      if (counts.right > 0) evaluation.metric(RIGHT + counts.label, counts.right);
    }
    evaluation.metric("unreadable", this.unreadable);
  }

  /** Reads sums of what {@link report} gave. */
  static of(sums: Sums): Tally {
    const tally = new Tally();
    tally.n = sums.n;
    tally.unreadable = sums.get("unreadable");
    const json = sums.json;
    for (let index = 0; index < json.length; index++) {
      const name = json.keyAt(index);
      const sum = json.at(index).number(0);
      if (name.startsWith(EXPECTED)) tally.of(name.substring(EXPECTED.length)).expected = sum;
      else if (name.startsWith(GIVEN)) tally.of(name.substring(GIVEN.length)).given = sum;
      else if (name.startsWith(RIGHT)) {
        tally.of(name.substring(RIGHT.length)).right = sum;
        tally.right += sum;
      }
    }
    return tally;
  }

  /** By name, so that sums over them are the same digits in whatever order the classes came. */
  sorted(): ClassCounts[] {
    return this.classes.values().sort((one, other) => (one.label < other.label ? -1 : one.label > other.label ? 1 : 0));
  }

  of(label: string): ClassCounts {
    if (!this.classes.has(label)) this.classes.set(label, new ClassCounts(label));
    return this.classes.get(label);
  }
}
