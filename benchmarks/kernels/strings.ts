// Kernels in AssemblyScript: allocation, strings, maps, arrays with their bounds checks, virtual methods.
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

export function matrix(n: i32): i32 {
  const size = 64;
  const a = new Float64Array(size * size);
  const b = new Float64Array(size * size);
  const c = new Float64Array(size * size);
  for (let i = 0; i < size * size; i++) {
    a[i] = i % 7;
    b[i] = i % 5;
  }
  for (let r = 0; r < n; r++) {
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) {
        let sum = 0.0;
        for (let k = 0; k < size; k++) sum += a[i * size + k] * b[k * size + j];
        c[i * size + j] += sum;
      }
    }
  }
  return <i32>c[77];
}

export function digest(n: i32): i32 {
  const bytes = new Uint8Array(4096);
  for (let i = 0; i < bytes.length; i++) bytes[i] = <u8>(i * 13);
  let hash: u32 = 2166136261;
  for (let r = 0; r < n; r++) {
    for (let i = 0; i < bytes.length; i++) hash = (hash ^ bytes[i]) * 16777619;
  }
  return hash;
}

abstract class Shape {
  abstract grow(by: i32): i32;
}
class Square extends Shape {
  side: i32 = 1;
  grow(by: i32): i32 {
    this.side += by;
    return this.side * this.side;
  }
}
class Line extends Shape {
  length: i32 = 2;
  grow(by: i32): i32 {
    this.length ^= by;
    return this.length;
  }
}
class Point extends Shape {
  grow(by: i32): i32 {
    return by;
  }
}

export function methods(n: i32): i32 {
  const shapes: Shape[] = [new Square(), new Line(), new Point(), new Square()];
  let total = 0;
  for (let i = 0; i < n; i++) total += shapes[i & 3].grow(i);
  return total;
}

export function edit(n: i32): i32 {
  const a = 'the quick brown fox jumps over the lazy dog and runs away into the forest';
  const b = 'a quick brown dog jumps over a lazy fox and walks back to the old barn';
  const row = new StaticArray<i32>(b.length + 1);
  let total = 0;
  for (let r = 0; r < n; r++) {
    for (let j = 0; j <= b.length; j++) row[j] = j;
    for (let i = 1; i <= a.length; i++) {
      let diagonal = row[0];
      row[0] = i;
      for (let j = 1; j <= b.length; j++) {
        const above = row[j];
        const changed = diagonal + i32(a.charCodeAt(i - 1) != b.charCodeAt(j - 1));
        row[j] = min(changed, min(above, row[j - 1]) + 1);
        diagonal = above;
      }
    }
    total += row[b.length];
  }
  return total;
}

export function primes(n: i32): i32 {
  const size = 32768;
  let found = 0;
  for (let r = 0; r < n; r++) {
    const composite = new Array<bool>(size);
    for (let i = 2; i < size; i++) {
      if (composite[i]) continue;
      found += 1;
      for (let j = i * 2; j < size; j += i) composite[j] = true;
    }
  }
  return found;
}
