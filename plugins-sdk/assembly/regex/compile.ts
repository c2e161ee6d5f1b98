import { Node, NodeKind } from "./node";
import { MAX_INSTRUCTIONS, Op, Program } from "./program";
import { characterSet } from "./sets";

/** Turns a pattern's parts into instructions. */
@final
export class Compiler {
  readonly program: Program = new Program();
  private level: i32 = 0;

  constructor(private ignoreCase: bool) {}

  compile(root: Node, groups: i32): Program {
    this.program.slots = groups * 2;
    this.program.add(Op.Save, 0);
    this.emit(root);
    this.program.add(Op.Save, 1);
    this.program.add(Op.Match);
    return this.program;
  }

  /** True if the pattern takes more instructions than it may. */
  get tooLarge(): bool {
    return this.program.length > MAX_INSTRUCTIONS;
  }

  private emit(node: Node): void {
    if (this.tooLarge) return;
    const program = this.program;
    switch (node.kind) {
      case NodeKind.Point:
        program.add(Op.Point, node.value, 0, this.level);
        break;
      case NodeKind.Set:
        program.sets.push(characterSet(node.set!, this.ignoreCase));
        program.add(Op.Set, program.sets.length - 1, 0, this.level);
        break;
      case NodeKind.Assertion:
        program.add(<Op>node.value);
        break;
      case NodeKind.Sequence:
        for (let index = 0; index < node.children.length; index++) this.emit(node.children[index]);
        break;
      case NodeKind.Choice:
        this.choice(node);
        break;
      case NodeKind.Group:
        program.add(Op.Save, node.value * 2);
        this.emit(node.children[0]);
        program.add(Op.Save, node.value * 2 + 1);
        break;
      default:
        this.repeat(node);
    }
  }

  private choice(node: Node): void {
    const program = this.program;
    const ends: i32[] = [];
    const last = node.children.length - 1;
    for (let index = 0; index < last; index++) {
      const split = program.add(Op.Split);
      this.emit(node.children[index]);
      ends.push(program.add(Op.Jump));
      program.point(split, split + 1, program.length);
    }
    this.emit(node.children[last]);
    for (let index = 0; index < ends.length; index++) program.point(ends[index], program.length);
  }

  /**
   * `x{2,4}` becomes `xx(x(x)?)?`, `x{2,}` becomes `xxx*`. A turn that may end the loop is refused if it took
   * nothing, as in JavaScript; one of the first `least` turns is not.
   */
  private repeat(node: Node): void {
    const program = this.program;
    const body = node.children[0];
    const nullable = body.nullable;
    const endless = node.most < 0;
    // The last of the turns that must be is the loop itself.
    const looped = endless && node.least > 0 && !nullable;
    const fixed = looped ? node.least - 1 : node.least;
    for (let count = 0; count < fixed && !this.tooLarge; count++) {
      const before = program.length;
      this.turn(node);
      // Nothing, a million times.
      if (program.length == before) break;
    }
    if (looped) {
      const start = program.length;
      this.turn(node);
      this.split(program.add(Op.Split), start, program.length, node.lazy);
      return;
    }
    const optional = endless ? 1 : node.most - node.least;
    const splits: i32[] = [];
    for (let count = 0; count < optional && !this.tooLarge; count++) {
      const split = program.add(Op.Split);
      splits.push(split);
      if (nullable) this.level++;
      this.turn(node);
      if (nullable) {
        program.levels = max(program.levels, this.level);
        program.add(Op.Progress, this.level--);
      }
      if (endless) program.point(program.add(Op.Jump), split);
    }
    for (let index = 0; index < splits.length; index++) {
      this.split(splits[index], splits[index] + 1, program.length, node.lazy);
    }
  }

  private split(place: i32, into: i32, past: i32, lazy: bool): void {
    this.program.point(place, lazy ? past : into, lazy ? into : past);
  }

  /** One turn of a loop: what the groups in it remembered in the last one is forgotten. */
  private turn(node: Node): void {
    if (node.endGroup > node.firstGroup) this.program.add(Op.Forget, node.firstGroup * 2, node.endGroup * 2);
    this.emit(node.children[0]);
  }
}
