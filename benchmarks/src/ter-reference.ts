/** TER in plain JavaScript: sacreBLEU's algorithm, unchanged, with the whole table for each candidate. */
const BEAM = 25;
const MAX_LENGTH = 10;
const MAX_DISTANCE = 50;
const MAX_CANDIDATES = 1000;

interface Table {
  readonly cost: number;
  readonly operations: string;
}

/** Distance near the diagonal, with the operations that lead there. */
function editDistance(given: readonly number[], expected: readonly number[]): Table {
  const width = expected.length + 1;
  const costs = new Int32Array((given.length + 1) * width).fill(1 << 29);
  const steps = new Uint8Array(costs.length);
  for (let column = 0; column < width; column += 1) {
    costs[column] = column;
    steps[column] = 3;
  }
  const ratio = given.length > 0 ? expected.length / given.length : 1;
  const beam = BEAM < ratio / 2 ? Math.ceil(ratio / 2 + BEAM) : BEAM;
  for (let row = 1; row <= given.length; row += 1) {
    const diagonal = Math.floor(row * ratio);
    const end = row === given.length ? width : Math.min(width, diagonal + beam);
    for (let column = Math.max(0, diagonal - beam); column < end; column += 1) {
      const here = row * width + column;
      if (column === 0) {
        costs[here] = costs[here - width]! + 1;
        steps[here] = 2;
        continue;
      }
      const equal = given[row - 1] === expected[column - 1];
      let cost = costs[here - width - 1]! + (equal ? 0 : 1);
      let step = equal ? 0 : 1;
      if (costs[here - width]! + 1 < cost) {
        cost = costs[here - width]! + 1;
        step = 2;
      }
      if (costs[here - 1]! + 1 < cost) {
        cost = costs[here - 1]! + 1;
        step = 3;
      }
      costs[here] = cost;
      steps[here] = step;
    }
  }
  let operations = '';
  let row = given.length;
  let column = expected.length;
  while (row > 0 || column > 0) {
    const step = steps[row * width + column]!;
    operations = 'mrdi'[step]! + operations;
    if (step !== 3) row -= 1;
    if (step !== 2) column -= 1;
  }
  return { cost: costs[costs.length - 1]!, operations };
}

function moved(words: readonly number[], start: number, length: number, target: number): number[] {
  const block = words.slice(start, start + length);
  const rest = [...words.slice(0, start), ...words.slice(start + length)];
  const before = Math.min(target > start + length ? target - length : target, rest.length);
  rest.splice(before, 0, ...block);
  return rest;
}

/** Number of edits; a move counts as one. */
function countEdits(first: readonly number[], expected: readonly number[]): number {
  let given = first;
  let tried = 0;
  for (let shifts = 0; ; shifts += 1) {
    const { cost, operations } = editDistance(given, expected);
    const positions: number[] = [];
    const wrongGiven: boolean[] = [];
    const wrongExpected: boolean[] = [];
    for (const operation of operations) {
      if (operation !== 'i') wrongGiven.push(operation !== 'm');
      if (operation === 'd') continue;
      positions.push(wrongGiven.length - 1);
      wrongExpected.push(operation !== 'm');
    }
    let best: number[] | undefined;
    let bestKey = [0, 0, 0, 0];
    search: for (let start = 0; start < given.length; start += 1) {
      const last = Math.min(expected.length - 1, start + MAX_DISTANCE);
      for (let place = Math.max(0, start - MAX_DISTANCE); place <= last; place += 1) {
        for (let length = 1; length <= MAX_LENGTH; length += 1) {
          const at = start + length - 1;
          const other = place + length - 1;
          if (at >= given.length || other >= expected.length || given[at] !== expected[other])
            break;
          if (!wrongGiven.slice(start, at + 1).includes(true)) continue;
          if (!wrongExpected.slice(place, other + 1).includes(true)) continue;
          if (positions[place]! >= start && positions[place]! < start + length) continue;
          let previous = -1;
          for (let offset = -1; offset < length; offset += 1) {
            const index = place + offset;
            const target = index < 0 ? 0 : positions[index]! + 1;
            if (target === previous) continue;
            previous = target;
            tried += 1;
            const candidate = moved(given, start, length, target);
            const key = [cost - editDistance(candidate, expected).cost, length, -start, -target];
            const differs = key.findIndex((value, position) => value !== bestKey[position]);
            if (key[0]! > 0 && differs >= 0 && (!best || key[differs]! > bestKey[differs]!)) {
              best = candidate;
              bestKey = key;
            }
          }
          if (tried >= MAX_CANDIDATES) break search;
        }
      }
    }
    if (!best || tried >= MAX_CANDIDATES) return shifts + cost;
    given = best;
  }
}

/** TER, in edits per word of the reference. */
export function ter(output: string, expected: string): number {
  const ids = new Map<string, number>();
  const numbers = (text: string): number[] =>
    text
      .toLowerCase()
      .trim()
      .split(/\s+/)
      .map((word) => ids.get(word) ?? (ids.set(word, ids.size), ids.size - 1));
  const wanted = numbers(expected);
  return countEdits(numbers(output), wanted) / wanted.length;
}
