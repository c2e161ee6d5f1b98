/** What a part of a pattern is. */
export enum NodeKind {
  Empty,
  /** One code point: `value`. */
  Point,
  /** One code point out of `set`. */
  Set,
  /** A place between two characters: `value` is an `Op`. */
  Assertion,
  /** All of `children`, one after the other. */
  Sequence,
  /** The first of `children` that leads to a match. */
  Choice,
  /** `children[0]`, remembered as group number `value`. */
  Group,
  /** `children[0]`, `least` to `most` times; -1 for no bound. */
  Repeat,
}

/** Code points, as pairs of first and last. */
@final
export class PointSet {
  ranges: i32[] = [];
  inverted: bool = false;

  add(first: i32, last: i32): PointSet {
    this.ranges.push(first);
    this.ranges.push(last);
    return this;
  }
}

/** A part of a pattern. */
@final
export class Node {
  value: i32 = 0;
  children: Node[] = [];
  set: PointSet | null = null;
  least: i32 = 0;
  most: i32 = 0;
  lazy: bool = false;
  /** Groups with numbers from `firstGroup` up to, not with, `endGroup` are inside of a repeated part. */
  firstGroup: i32 = 0;
  endGroup: i32 = 0;

  constructor(readonly kind: NodeKind) {}

  /** True if the part can match without taking a character. */
  get nullable(): bool {
    const kind = this.kind;
    if (kind == NodeKind.Point || kind == NodeKind.Set) return false;
    if (kind == NodeKind.Repeat && this.least == 0) return true;
    if (kind == NodeKind.Choice) {
      for (let index = 0; index < this.children.length; index++) if (this.children[index].nullable) return true;
      return false;
    }
    for (let index = 0; index < this.children.length; index++) if (!this.children[index].nullable) return false;
    return true;
  }
}
