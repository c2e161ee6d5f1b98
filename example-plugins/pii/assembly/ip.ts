import { isSpace } from "@testbench/plugins-sdk";

import { isDigitAt, isWord, Span } from "./span";

const DOT: i32 = 0x2e;
const COLON: i32 = 0x3a;
const PERCENT: i32 = 0x25;

/** Addresses of versions 4 and 6, as Python's `ipaddress` reads them, that are not a part of a longer word. */
export function findAddresses(text: string, spans: Span[]): void {
  for (let index = 0; index < text.length; index++) {
    if (!isPart(text, index)) continue;
    const start = index;
    while (isPart(text, index)) index++;
    if (!addVersion6(text, start, index, spans)) addVersion4(text, start, index, spans);
  }
}

/** What addresses are made of. */
function isPart(text: string, index: i32): bool {
  return index < text.length && (hexValue(text, index) >= 0 || text.charCodeAt(index) == DOT || text.charCodeAt(index) == COLON);
}

function hexValue(text: string, index: i32): i32 {
  const unit = text.charCodeAt(index);
  if (<u32>(unit - 0x30) < 10) return unit - 0x30;
  const letter = (unit | 0x20) - 0x61;
  return <u32>letter < 6 ? letter + 10 : -1;
}

function addVersion6(text: string, start: i32, end: i32, spans: Span[]): bool {
  // The end of a sentence is none of the address.
  while (end > start && text.charCodeAt(end - 1) == DOT) end--;
  if (isWord(text, start - 1) || isWord(text, end) || !isVersion6(text, start, end)) return false;
  if (isSlice(text, start, end) || (end - start == 2 && !isAlone(text, start, end))) return false;
  if (text.charCodeAt(end) == PERCENT && end < text.length) {
    let zone = end + 1;
    while (isWord(text, zone)) zone++;
    if (zone > end + 1) end = zone;
  }
  spans.push(new Span("IP_ADDRESS", start, end));
  return true;
}

/** True for a part of a list in a program, as `x[::2]`; the `[` of an address stands after no name. */
function isSlice(text: string, start: i32, end: i32): bool {
  if (start < 2 || text.charAt(start - 1) != "[" || !"]:-".includes(text.charAt(end))) return false;
  return isWord(text, start - 2) || ")]".includes(text.charAt(start - 2));
}

/**
 * True for a `::` that is the unspecified address: in quotes or after `=`, or before a mark, or where the text ends. In programs it stands
 * between a name and its type, as in `x :: Int`, also with the type on the next line.
 */
function isAlone(text: string, start: i32, end: i32): bool {
  if (start > 0 && "=\"'`".includes(text.charAt(start - 1))) return true;
  if (start > 0 && text.charAt(start - 1) == "(" && text.charAt(end) == ")") return false;
  if (end < text.length && ".,;!?)]\"'`/".includes(text.charAt(end))) return true;
  let next = end;
  while (next < text.length && isSpace(text.charCodeAt(next))) next++;
  const isNewLine = text.substring(end, next).includes("\n");
  return next == text.length || (isNewLine && text.charCodeAt(next - 1) == 0x0a);
}

/** Up to eight groups of up to four digits; `::` stands for at least one; an address of version 4 may be the last two. */
function isVersion6(text: string, start: i32, end: i32): bool {
  let groups = 0;
  let gap = false;
  let index = start;
  while (index < end) {
    if (text.charCodeAt(index) == COLON) {
      const double = index + 1 < end && text.charCodeAt(index + 1) == COLON;
      if (double) {
        if (gap) return false;
        gap = true;
        index += 2;
        // Three in a row, or one that is alone at the start.
        if (index < end && text.charCodeAt(index) == COLON) return false;
        continue;
      }
      if (index == start || index + 1 == end) return false;
      index++;
      continue;
    }
    const group = index;
    while (index < end && hexValue(text, index) >= 0) index++;
    if (index < end && text.charCodeAt(index) == DOT) {
      groups += 2;
      if (afterVersion4(text, group, end) != end) return false;
      break;
    }
    if (index - group > 4) return false;
    groups++;
  }
  return gap ? groups < 8 : groups == 8;
}

function addVersion4(text: string, start: i32, end: i32, spans: Span[]): void {
  for (let index = start; index < end; index++) {
    if (isWord(text, index - 1)) continue;
    const after = afterVersion4(text, index, end);
    if (after < 0 || isWord(text, after)) continue;
    spans.push(new Span("IP_ADDRESS", index, after));
    index = after;
  }
}

/** Where the four numbers up to 255, without leading zeros, that begin at `start` end; -1 if there are none. */
function afterVersion4(text: string, start: i32, end: i32): i32 {
  let index = start;
  for (let number = 0; number < 4; number++) {
    if (number > 0) {
      if (index >= end || text.charCodeAt(index) != DOT) return -1;
      index++;
    }
    const first = index;
    let value = 0;
    while (index < end && index < first + 4 && isDigitAt(text, index)) value = value * 10 + hexValue(text, index++);
    const length = index - first;
    if (length == 0 || length > 3 || value > 255 || (length > 1 && text.charCodeAt(first) == 0x30)) return -1;
  }
  return index;
}
