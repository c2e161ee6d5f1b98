import { foldPoint } from "../text/case-fold";
import { Op, Program } from "./program";

/** The characters that a match can begin with, so that all others are passed over at once. */
@final
export class FirstCharacters {
  readonly ascii: StaticArray<bool> = new StaticArray<bool>(128);
  /** True if a match can begin with a character beyond ASCII. */
  wide: bool = false;
  private seen: StaticArray<bool>;

  constructor(
    private program: Program,
    private ignoreCase: bool,
  ) {
    this.seen = new StaticArray<bool>(program.length);
    this.visit();
  }

  private visit(): void {
    const program = this.program;
    const open: i32[] = [0];
    while (open.length > 0) {
      const place = open.pop();
      if (this.seen[place]) continue;
      this.seen[place] = true;
      const op = program.op(place);
      const x = program.x(place);
      if (op == Op.Point || op == Op.Set) {
        this.addInstruction(op, x);
      } else if (op == Op.Match) {
        this.ascii.fill(true);
        this.wide = true;
      } else if (op == Op.Jump) {
        open.push(x);
      } else if (op == Op.Split) {
        open.push(x);
        open.push(program.y(place));
      } else {
        // What asserts something is taken for fulfilled: one character too many only costs time.
        open.push(place + 1);
      }
    }
  }

  private addInstruction(op: Op, x: i32): void {
    // Signs beyond ASCII may fold to ASCII letters.
    this.wide = this.wide || this.ignoreCase || (op == Op.Point ? x >= 128 : this.program.sets[x].wide);
    for (let point = 0; point < 128; point++) {
      const folded = this.ignoreCase ? foldPoint(point) : point;
      if (op == Op.Point ? folded == x : this.program.sets[x].has(folded)) this.ascii[point] = true;
    }
  }
}
