import { isWord, Span } from "./span";

const DOT: i32 = 0x2e;
const HYPHEN: i32 = 0x2d;

/** `name@host.domain`: what RFC 5322 allows without quotes, at a host of at least two labels whose last is of letters. */
export function findEmails(text: string, spans: Span[]): void {
  let from = 0;
  for (let at = text.indexOf("@"); at >= 0; at = text.indexOf("@", at + 1)) {
    if (at == 0 || text.charCodeAt(at - 1) == DOT) continue;
    let start = at;
    while (start > from && isLocal(text, start - 1)) start--;
    // An address begins with a word character, and not behind a mark that belongs to none.
    while (start < at && !isWord(text, start)) start++;
    if (start == at) continue;
    const end = afterHost(text, at + 1);
    if (end < 0) continue;
    spans.push(new Span("EMAIL_ADDRESS", start, end));
    from = end;
  }
}

function isLocal(text: string, index: i32): bool {
  return isWord(text, index) || "!#$%&'*+-/=?^`{|}~.".includes(text.charAt(index));
}

/** Where the host that begins at `start` ends; -1 if there is none. */
function afterHost(text: string, start: i32): i32 {
  let end = start;
  let labels = 0;
  let label = start;
  while (true) {
    label = end;
    while (isWord(text, end)) {
      while (isWord(text, end)) end++;
      // Hyphens belong to the label if it goes on after them.
      let after = end;
      while (after < text.length && text.charCodeAt(after) == HYPHEN) after++;
      if (isWord(text, after)) end = after;
    }
    if (end == label) return -1;
    labels++;
    if (end >= text.length || text.charCodeAt(end) != DOT || !isWord(text, end + 1)) break;
    end++;
  }
  return labels > 1 && isDomain(text.substring(label, end)) ? end : -1;
}

/** Top-level domains are of at least two letters, or encoded. */
function isDomain(label: string): bool {
  if (label.length < 2) return false;
  if (label.startsWith("xn--")) return true;
  for (let index = 0; index < label.length; index++) {
    const unit = label.charCodeAt(index);
    if (<u32>((unit | 0x20) - 0x61) >= 26 && unit < 0x80) return false;
  }
  return true;
}
