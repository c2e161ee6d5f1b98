import { Node, NodeKind, PointSet } from "./node";
import { Op } from "./program";
import { addDigits, addInverse, addSpaces, addWordCharacters } from "./sets";
import { foldPoint } from "../text/case-fold";

/** Deepest nesting of groups; it bounds the stack. */
const MAX_DEPTH: i32 = 100;
/** Repetition counts above this are the same for any pattern that is small enough. */
const MAX_COUNT: i32 = 1_000_000;
/** No code point: what `peek` gives at the end. */
const END: i32 = -1;

/**
 * Reads a pattern, in the syntax of JavaScript's regular expressions with the flag `u`, without
 * lookaround, backreferences and `\p`.
 */
@final
export class PatternParser {
  /** What is wrong; empty if nothing is. */
  problem: string = "";
  /** Groups so far, the whole match being number 0. */
  groups: i32 = 1;
  /** Name of each group; empty for one without. */
  names: string[] = [""];
  private at: i32 = 0;
  private depth: i32 = 0;

  constructor(
    private pattern: string,
    private ignoreCase: bool,
    private multiline: bool,
    private dotAll: bool,
  ) {}

  parse(): Node {
    const node = this.choice();
    if (this.at < this.pattern.length) this.fail('"' + this.pattern.charAt(this.at) + '" without its opening');
    return node;
  }

  private fail(what: string): void {
    if (this.problem.length == 0) this.problem = what + " at " + this.at.toString();
    // Ends every loop.
    this.at = this.pattern.length;
  }

  private peek(): i32 {
    return this.at < this.pattern.length ? this.pattern.codePointAt(this.at) : END;
  }

  private next(): i32 {
    const point = this.peek();
    this.at += point > 0xffff ? 2 : 1;
    return point;
  }

  private take(point: i32): bool {
    if (this.peek() != point) return false;
    this.at++;
    return true;
  }

  private choice(): Node {
    const first = this.sequence();
    if (this.peek() != 0x7c) return first;
    const node = new Node(NodeKind.Choice);
    node.children.push(first);
    while (this.take(0x7c)) node.children.push(this.sequence());
    return node;
  }

  private sequence(): Node {
    const node = new Node(NodeKind.Sequence);
    while (true) {
      const point = this.peek();
      // | and )
      if (point == END || point == 0x7c || point == 0x29) return node;
      const firstGroup = this.groups;
      node.children.push(this.quantified(this.atom(), firstGroup));
    }
  }

  private quantified(atom: Node, firstGroup: i32): Node {
    const start = this.at;
    const point = this.peek();
    let least = 0;
    let most = -1;
    if (point == 0x2a) {
      this.at++;
    } else if (point == 0x2b) {
      this.at++;
      least = 1;
    } else if (point == 0x3f) {
      this.at++;
      most = 1;
    } else if (point == 0x7b) {
      this.at++;
      least = this.count();
      most = least;
      if (this.take(0x2c)) most = this.peek() == 0x7d ? -1 : this.count();
      if (!this.take(0x7d)) this.fail('expected "}"');
      if (most >= 0 && most < least) this.fail("the bounds are in the wrong order");
    } else {
      return atom;
    }
    if (atom.kind == NodeKind.Assertion) {
      this.at = start;
      this.fail("nothing to repeat");
    }
    const node = new Node(NodeKind.Repeat);
    node.lazy = this.take(0x3f);
    node.least = least;
    node.most = most;
    node.firstGroup = firstGroup;
    node.endGroup = this.groups;
    node.children.push(atom);
    return node;
  }

  private count(): i32 {
    const start = this.at;
    let value = 0;
    while (<u32>(this.peek() - 0x30) < 10) value = min(MAX_COUNT, value * 10 + this.next() - 0x30);
    if (this.at == start) this.fail("expected a number");
    return value;
  }

  private atom(): Node {
    const start = this.at;
    const point = this.next();
    if (point == 0x5c) return this.escape();
    if (point == 0x28) return this.group();
    if (point == 0x5b) return this.brackets();
    if (point == 0x2e) {
      const set = new PointSet();
      set.inverted = true;
      if (!this.dotAll) set.add(0x0a, 0x0a).add(0x0d, 0x0d).add(0x2028, 0x2029);
      return setNode(set);
    }
    if (point == 0x5e) return assertion(this.multiline ? Op.LineStart : Op.TextStart);
    if (point == 0x24) return assertion(this.multiline ? Op.LineEnd : Op.TextEnd);
    if (point == 0x2a || point == 0x2b || point == 0x3f || point == 0x7b) {
      this.at = start;
      this.fail("nothing to repeat");
    } else if (point == 0x5d || point == 0x7d) {
      this.at = start;
      this.fail('"' + String.fromCodePoint(point) + '" without a backslash');
    }
    return this.pointNode(point);
  }

  private pointNode(point: i32): Node {
    const node = new Node(NodeKind.Point);
    node.value = this.ignoreCase ? foldPoint(point) : point;
    return node;
  }

  private group(): Node {
    if (++this.depth > MAX_DEPTH) this.fail("groups are nested too deep");
    let number = 0;
    if (this.take(0x3f)) {
      const kind = this.peek();
      if (kind == 0x3a) {
        this.at++;
      } else if (kind == 0x3c && this.named()) {
        number = this.groups++;
        this.names.push(this.groupName());
      } else {
        this.fail("lookaround and flags in a group are not supported");
      }
    } else {
      number = this.groups++;
      this.names.push("");
    }
    const inner = this.choice();
    if (!this.take(0x29)) this.fail('expected ")"');
    this.depth--;
    if (number == 0) {
      // A sequence of its own, so that a quantifier takes it as one.
      const node = new Node(NodeKind.Sequence);
      node.children.push(inner);
      return node;
    }
    const node = new Node(NodeKind.Group);
    node.value = number;
    node.children.push(inner);
    return node;
  }

  /** True if a name follows the `<`, and not a lookbehind. */
  private named(): bool {
    const next = this.at + 1 < this.pattern.length ? this.pattern.charCodeAt(this.at + 1) : 0;
    return next != 0x3d && next != 0x21;
  }

  private groupName(): string {
    const start = ++this.at;
    while (isNameUnit(this.peek(), this.at > start)) this.at++;
    const name = this.pattern.substring(start, this.at);
    if (name.length == 0 || !this.take(0x3e)) this.fail("expected a name of ASCII letters and digits and >");
    else if (this.names.includes(name)) this.fail('a second group "' + name + '"');
    return name;
  }

  private escape(): Node {
    const point = this.peek();
    if (point == 0x62 || point == 0x42) {
      this.at++;
      return assertion(point == 0x62 ? Op.WordEdge : Op.NoWordEdge);
    }
    const set = new PointSet();
    if (this.classEscape(set)) return setNode(set);
    if (<u32>(point - 0x31) < 9 || point == 0x6b) this.fail("references to groups are not supported");
    return this.pointNode(this.characterEscape());
  }

  /** Reads `\d`, `\w`, `\s` or their opposites, after the backslash. */
  private classEscape(set: PointSet): bool {
    const point = this.peek();
    const kind = point | 0x20;
    if (kind != 0x64 && kind != 0x77 && kind != 0x73) return false;
    this.at++;
    const inverse = point != kind;
    const members = inverse ? new PointSet() : set;
    if (kind == 0x64) addDigits(members);
    else if (kind == 0x77) addWordCharacters(members, this.ignoreCase);
    else addSpaces(members);
    if (inverse) addInverse(set, members);
    return true;
  }

  /** Reads the escape of one code point, after the backslash. */
  private characterEscape(): i32 {
    const start = this.at;
    const point = this.next();
    if (point == 0x74) return 0x09;
    if (point == 0x6e) return 0x0a;
    if (point == 0x76) return 0x0b;
    if (point == 0x66) return 0x0c;
    if (point == 0x72) return 0x0d;
    if (point == 0x30 && !(<u32>(this.peek() - 0x30) < 10)) return 0;
    if (point == 0x63 && <u32>((this.peek() | 0x20) - 0x61) < 26) return this.next() & 31;
    if (point == 0x78) return this.hex(2);
    if (point == 0x75) return this.unicode();
    // ^ $ \ . * + ? ( ) [ ] { } | /
    if (point > 0 && point < 0x80 && "^$\\.*+?()[]{}|/".includes(String.fromCharCode(point))) return point;
    this.at = start;
    this.fail(point == 0x70 || point == 0x50 ? "\\p is not supported" : "an escape that is not known");
    return 0;
  }

  private unicode(): i32 {
    if (this.take(0x7b)) {
      let value = 0;
      const start = this.at;
      while (hexDigit(this.peek()) >= 0 && value <= 0x10ffff) value = value * 16 + hexDigit(this.next());
      if (value > 0x10ffff || this.at == start || !this.take(0x7d)) this.fail("expected a code point in hexadecimal digits");
      return value;
    }
    const high = this.hex(4);
    const second = this.at;
    if ((high & 0xfc00) == 0xd800 && this.take(0x5c) && this.take(0x75)) {
      const low = this.peek() == 0x7b ? 0 : this.hex(4);
      if ((low & 0xfc00) == 0xdc00) return 0x10000 + ((high & 0x3ff) << 10) + (low & 0x3ff);
    }
    if (this.problem.length == 0) this.at = second;
    return high;
  }

  private hex(digits: i32): i32 {
    let value = 0;
    for (let count = 0; count < digits; count++) {
      const digit = hexDigit(this.peek());
      if (digit < 0) {
        this.fail("expected " + digits.toString() + " hexadecimal digits");
        return 0;
      }
      value = value * 16 + digit;
      this.at++;
    }
    return value;
  }

  private brackets(): Node {
    const set = new PointSet();
    set.inverted = this.take(0x5e);
    while (!this.take(0x5d)) {
      if (this.peek() == END) {
        this.fail('expected "]"');
        break;
      }
      const first = this.member(set);
      if (this.peek() != 0x2d || this.isLast()) {
        if (first >= 0) set.add(first, first);
        continue;
      }
      this.at++;
      const last = this.member(set);
      if (first < 0 || last < 0) this.fail("a class cannot bound a range");
      else if (last < first) this.fail("the range is in the wrong order");
      else set.add(first, last);
    }
    return setNode(set);
  }

  /** True if the `-` that comes next is the last in its brackets, and so is itself. */
  private isLast(): bool {
    return this.at + 1 < this.pattern.length && this.pattern.charCodeAt(this.at + 1) == 0x5d;
  }

  /** One code point in brackets; -1 for a class, which is added to `set`. */
  private member(set: PointSet): i32 {
    if (!this.take(0x5c)) return this.next();
    if (this.classEscape(set)) return -1;
    if (this.take(0x62)) return 0x08;
    if (this.take(0x2d)) return 0x2d;
    return this.characterEscape();
  }
}

function setNode(set: PointSet): Node {
  const node = new Node(NodeKind.Set);
  node.set = set;
  return node;
}

function assertion(op: Op): Node {
  const node = new Node(NodeKind.Assertion);
  node.value = op;
  return node;
}

function hexDigit(point: i32): i32 {
  if (<u32>(point - 0x30) < 10) return point - 0x30;
  const letter = (point | 0x20) - 0x61;
  return <u32>letter < 6 && point > 0 ? letter + 10 : -1;
}

function isNameUnit(point: i32, digits: bool): bool {
  return <u32>((point | 0x20) - 0x61) < 26 || point == 0x5f || point == 0x24 || (digits && <u32>(point - 0x30) < 10);
}
