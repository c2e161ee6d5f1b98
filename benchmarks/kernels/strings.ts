// Kernels in AssemblyScript: allocation, strings, maps, closures of the standard library.
export function build(n: i32): i32 {
  let total = 0;
  for (let i = 0; i < n; i++) {
    let text = '';
    for (let j = 0; j < 40; j++) text += (i * j).toString() + ',';
    total += text.length;
  }
  return total;
}

export function words(n: i32): i32 {
  const text = 'the quick brown fox jumps over the lazy dog and the cat sat on the mat';
  let total = 0;
  for (let i = 0; i < n; i++) {
    const counts = new Map<string, i32>();
    const list = text.split(' ');
    for (let j = 0; j < list.length; j++) {
      const word = list[j];
      counts.set(word, counts.has(word) ? counts.get(word) + 1 : 1);
    }
    total += counts.get('the') + counts.size;
  }
  return total;
}

export function sortNumbers(n: i32): i32 {
  let seed: u32 = 9;
  let total = 0;
  for (let i = 0; i < n; i++) {
    const list = new Array<i32>();
    for (let j = 0; j < 2000; j++) {
      seed = seed * 1664525 + 1013904223;
      list.push(seed >>> 8);
    }
    list.sort((a, b) => a - b);
    total ^= list[1000];
  }
  return total;
}

export function scan(n: i32): i32 {
  const text = '{"name":"value","list":[1,2,3,{"deep":true}],"text":"a \\"quoted\\" word"}';
  let total = 0;
  for (let i = 0; i < n; i++) {
    let depth = 0;
    let quoted = false;
    for (let j = 0; j < text.length; j++) {
      const code = text.charCodeAt(j);
      if (code == 0x22) quoted = !quoted;
      else if (code == 0x5c) j++;
      else if (!quoted && (code == 0x7b || code == 0x5b)) depth++;
      else if (!quoted && (code == 0x7d || code == 0x5d)) depth--;
      total += depth;
    }
  }
  return total;
}
