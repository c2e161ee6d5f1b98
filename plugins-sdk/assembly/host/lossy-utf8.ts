/**
 * Decodes bytes of which nobody knows whether they are UTF-8: each maximal broken piece becomes U+FFFD, as the
 * Encoding standard says.
 */
export function decodeLossy(start: usize, length: usize): string {
  const end = start + length;
  // A byte gives at most one unit: four bytes give two, a broken one gives one.
  const most = length << 1;
  const text = __new(most, idof<String>());
  let to = text;
  let from = start;
  while (from < end) {
    const lead = <u32>load<u8>(from);
    if (lead < 0x80) {
      store<u16>(to, <u16>lead);
      to += 2;
      from++;
      continue;
    }
    const wanted = sequenceLength(lead);
    const there = validLength(from, end, wanted);
    if (wanted == 0 || there < wanted) {
      store<u16>(to, 0xfffd);
      to += 2;
      from += max(there, 1);
      continue;
    }
    let point = lead & (0x7f >> wanted);
    for (let index: u32 = 1; index < wanted; index++) point = (point << 6) | (<u32>load<u8>(from + index) & 0x3f);
    if (point > 0xffff) {
      store<u16>(to, <u16>(0xd7c0 + (point >>> 10)));
      to += 2;
      point = 0xdc00 | (point & 0x3ff);
    }
    store<u16>(to, <u16>point);
    to += 2;
    from += wanted;
  }
  const size = to - text;
  if (size == most) return changetype<string>(text);
  const exact = __new(size, idof<String>());
  memory.copy(exact, text, size);
  return changetype<string>(exact);
}

/** Bytes at the end that may be the beginning of a character whose rest is yet to come. */
export function unfinishedLength(start: usize, length: usize): usize {
  const end = start + length;
  for (let back: usize = 1; back <= min(<usize>3, length); back++) {
    const byte = <u32>load<u8>(end - back);
    if ((byte & 0xc0) == 0x80) continue;
    const wanted = sequenceLength(byte);
    return <usize>wanted > back && validLength(end - back, end, wanted) == <u32>back ? back : 0;
  }
  return 0;
}

/** Bytes of the character that begins with `lead`; 0 if none does. */
function sequenceLength(lead: u32): u32 {
  if (lead < 0xc2 || lead > 0xf4) return 0;
  return lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

/** How many bytes of a character of `wanted` bytes are there and right. */
function validLength(from: usize, end: usize, wanted: u32): u32 {
  const lead = <u32>load<u8>(from);
  let count: u32 = 1;
  while (count < wanted && from + count < end) {
    const byte = <u32>load<u8>(from + count);
    const low: u32 = count > 1 ? 0x80 : lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
    const high: u32 = count > 1 ? 0xbf : lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
    if (byte < low || byte > high) break;
    count++;
  }
  return count;
}
