/** Text, or what stands in a tag. */
@final
export class Token {
  /** The text as it is written out; the tag without its braces. */
  value: string;
  raw: bool = false;
  /** `~` at its start and its end. */
  stripsLeft: bool = false;
  stripsRight: bool = false;

  constructor(
    readonly isTag: bool,
    /** The text as it came. */
    readonly original: string,
    /** Place of the tag, for messages. */
    readonly place: i32,
  ) {
    this.value = original;
  }

  /** True for tags that write nothing themselves: they take their line with them if they stand alone on it. */
  get isSilent(): bool {
    const first = this.value.charAt(0);
    return this.isTag && (first == "#" || first == "/" || first == "!" || first == "^" || this.value == "else" || this.value.startsWith("else "));
  }
}

/** Divides a template into text and tags; `problem` says what is wrong. */
@final
export class Tokenizer {
  problem: string = "";
  readonly tokens: Token[] = [];

  constructor(private template: string) {
    let at = 0;
    while (at < template.length && this.problem.length == 0) at = this.next(at);
    this.trim();
  }

  private next(at: i32): i32 {
    const template = this.template;
    const open = template.indexOf("{{", at);
    if (open < 0) {
      this.addText(at, template.length);
      return template.length;
    }
    if (open > at && template.charAt(open - 1) == "\\") {
      if (open - 1 > at && template.charAt(open - 2) == "\\") {
        // A backslash, and then a tag.
        this.addText(at, open - 1);
        return this.addTag(open);
      }
      this.addText(at, open - 1);
      const next = template.indexOf("{{", open + 2);
      let end = next < 0 ? template.length : next;
      while (end > next - 2 && next > 0 && template.charAt(end - 1) == "\\") end--;
      this.addText(open, end);
      return end;
    }
    this.addText(at, open);
    return this.addTag(open);
  }

  private addText(start: i32, end: i32): void {
    if (end > start) this.tokens.push(new Token(false, this.template.substring(start, end), start));
  }

  private addTag(open: i32): i32 {
    const template = this.template;
    const strips = template.charAt(open + 2) == "~";
    const inside = strips ? open + 3 : open + 2;
    let close = "}}";
    if (template.substring(inside, inside + 3) == "!--") close = "--";
    else if (template.charAt(inside) == "{") close = "}";
    let end = template.indexOf(close, inside + (close == "--" ? 3 : close == "}" ? 1 : 0));
    if (close != "}}" && end >= 0) {
      end += close.length;
      if (template.charAt(end) == "~") end++;
      if (template.substring(end, end + 2) != "}}") end = -1;
    }
    if (end < 0) {
      this.problem = "the tag at character " + open.toString() + " has no end";
      return template.length;
    }
    let content = template.substring(inside, end);
    const token = new Token(true, content, open);
    token.stripsLeft = strips;
    if (content.endsWith("~")) {
      token.stripsRight = true;
      content = content.substring(0, content.length - 1);
    }
    if (content.startsWith("{") && content.endsWith("}")) {
      token.raw = true;
      content = content.substring(1, content.length - 1);
    } else if (content.startsWith("&")) {
      token.raw = true;
      content = content.substring(1);
    }
    token.value = content.trim();
    this.tokens.push(token);
    return end + 2;
  }

  /** Removes the white space that `~` asks for, and the lines that hold nothing but a silent tag. */
  private trim(): void {
    const tokens = this.tokens;
    for (let index = 0; index < tokens.length; index++) {
      const token = tokens[index];
      if (!token.isTag) continue;
      const left = index > 0 && !tokens[index - 1].isTag ? tokens[index - 1] : null;
      const right = index + 1 < tokens.length && !tokens[index + 1].isTag ? tokens[index + 1] : null;
      if (token.isSilent && endsLine(left, index <= 1, index == 0) && startsLine(right, index + 2 >= tokens.length, index + 1 == tokens.length)) {
        if (left !== null) left.value = left.value.substring(0, withoutBlanks(left.value));
        if (right !== null) right.value = afterLineEnd(right);
      }
      if (token.stripsLeft && left !== null) left.value = left.value.trimEnd();
      if (token.stripsRight && right !== null) right.value = right.value.trimStart();
    }
  }
}

function isBlank(text: string, index: i32): bool {
  return text.charCodeAt(index) == 0x20 || text.charCodeAt(index) == 0x09;
}

function withoutBlanks(text: string): i32 {
  let end = text.length;
  while (end > 0 && isBlank(text, end - 1)) end--;
  return end;
}

/** True if only white space stands between the end of a line, or the start of the template, and the tag. */
function endsLine(text: Token | null, first: bool, start: bool): bool {
  if (text === null) return start;
  let end = text.original.length;
  while (end > 0 && text.original.charAt(end - 1).trim().length == 0) {
    if (text.original.charCodeAt(end - 1) == 0x0a) return true;
    end--;
  }
  return first && end == 0;
}

function startsLine(text: Token | null, last: bool, end: bool): bool {
  if (text === null) return end;
  let index = 0;
  while (index < text.original.length && text.original.charAt(index).trim().length == 0) {
    if (text.original.charCodeAt(index) == 0x0a) return true;
    index++;
  }
  return last && index == text.original.length;
}

function afterLineEnd(text: Token): string {
  // Another tag may have taken the start of this text already.
  const value = text.value;
  if (value.length != text.original.length) return value;
  let index = 0;
  while (index < value.length && isBlank(value, index)) index++;
  if (value.charCodeAt(index) == 0x0d) index++;
  return value.substring(index < value.length && value.charCodeAt(index) == 0x0a ? index + 1 : index);
}
