/** The parts of the texts: multi-byte letters, surrogate pairs, combining marks, and white space of all kinds. */
const WORDS = [
  'the',
  'The',
  'cat',
  'sat',
  'naïve',
  'nai\u0308ve',
  'Straße',
  '日本語',
  'Ω',
  '👍🏽',
  '👩‍👩‍👧',
  '𝒳𝒴',
  'a',
  'an',
  '1,000',
  '3.14',
  "it's",
  'été',
  '\u200b',
  'ﬁ',
];
const SPACES = [' ', ' ', ' ', '  ', '\t', '\n', '\r\n', '\v', '\f'];

/** Pairs of texts from a generator with a fixed seed: equal, edited, unrelated and empty ones. */
export function languagePairs(
  count: number,
  bytes = 0,
): readonly (readonly [output: string, expected: string])[] {
  let state = 20_261_130;
  const below = (limit: number): number => {
    state = (Math.imul(state, 48_271) >>> 0) % 2_147_483_647;
    return state % limit;
  };
  const pick = (list: readonly string[]): string => list[below(list.length)]!;
  const text = (): string => {
    let made = '';
    const words = below(12);
    for (let index = 0; bytes === 0 ? index < words : Buffer.byteLength(made) < bytes; index += 1) {
      made += pick(WORDS) + pick(SPACES);
    }
    return below(3) === 0 ? made : made.trim();
  };
  const edited = (given: string): string => {
    const points = Array.from(given);
    for (let edits = 1 + below(4); edits > 0; edits -= 1) {
      const at = below(points.length + 1);
      points.splice(at, below(2), ...(below(2) === 0 ? [pick(WORDS)] : []));
    }
    return points.join('');
  };
  return Array.from({ length: count }, (_, index) => {
    const expected = text();
    const kind = bytes === 0 ? index % 5 : 1;
    const output = kind === 0 ? expected : kind === 4 ? text() : edited(expected);
    return [output, expected] as const;
  });
}
