/** Levenshtein distance over code points, and F1 over words between white space. */
export function evaluate({ output, expected }) {
  return {
    score: f1(words(output), words(expected)),
    metrics: { distance: distance(Array.from(output), Array.from(expected)) },
  };
}

function distance(a, b) {
  const row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let line = 0; line < a.length; line += 1) {
    let diagonal = row[0];
    row[0] = line + 1;
    for (let column = 0; column < b.length; column += 1) {
      const changed = diagonal + (a[line] === b[column] ? 0 : 1);
      diagonal = row[column + 1];
      row[column + 1] = Math.min(changed, diagonal + 1, row[column] + 1);
    }
  }
  return row[b.length];
}

function words(text) {
  return text.split(/[\t-\r ]+/).filter((word) => word !== '');
}

function f1(output, expected) {
  const all = output.length + expected.length;
  if (all === 0) return 1;
  const counts = new Map();
  for (const word of expected) counts.set(word, (counts.get(word) ?? 0) + 1);
  let common = 0;
  for (const word of output) {
    const left = counts.get(word) ?? 0;
    if (left === 0) continue;
    counts.set(word, left - 1);
    common += 1;
  }
  return (2 * common) / all;
}
