import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** Does its work once; the returned string depends on all of it. */
export type Work = () => string | Promise<string>;

/** Text that compresses neither too well nor too badly. */
function words(count: number): string {
  const list = 'alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu'.split(' ');
  let seed = 7;
  const next = (): number => (seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) >>> 16;
  return Array.from({ length: count }, () => `${list[next() % 12]}${next() % 40}`).join(' ');
}

const SCRIPT = `
  const words = [];
  for (let i = 0; i < 4000; i++) words.push('w' + ((i * 7919) % 1009));
  const counts = {};
  for (const word of words) counts[word] = (counts[word] || 0) + 1;
  const sorted = Object.keys(counts).sort((a, b) => counts[b] - counts[a] || (a < b ? -1 : 1));
  class Point { constructor(x, y) { this.x = x; this.y = y; } plus(o) { return new Point(this.x + o.x, this.y + o.y); } }
  let at = new Point(0, 0);
  for (let i = 0; i < 20000; i++) at = at.plus(new Point(i & 3, 1));
  const text = words.join(' ').replace(/w(\\d)(\\d)/g, (_, a, b) => b + a);
  JSON.stringify([sorted.slice(0, 9), at, text.length, JSON.parse(JSON.stringify(words)).length]);
`;

interface Database {
  run(sql: string, values?: readonly unknown[]): void;
  exec(sql: string): unknown;
  close(): void;
}

/** Real programs from npm, through their own loaders; each loader is called once, and its work many times. */
export const PROGRAMS: Readonly<Record<string, () => Promise<Work>>> = {
  quickjs: async () => {
    const { getQuickJS } = await import('quickjs-emscripten');
    const quickJS = await getQuickJS();
    return () => {
      const vm = quickJS.newContext();
      const result = vm.unwrapResult(vm.evalCode(SCRIPT));
      const value = vm.getString(result);
      result.dispose();
      vm.dispose();
      return value;
    };
  },
  sqlite: async () => {
    const open = require('sql.js') as () => Promise<{ Database: new () => Database }>;
    const sqlite = await open();
    return () => {
      const db = new sqlite.Database();
      db.run('create table t (id integer primary key, name text, score real)');
      db.run('begin');
      db.run(`with recursive n(i) as (select 1 union all select i + 1 from n where i < 8000)
        insert into t select i, 'n' || (i % 137), i / 7.0 from n`);
      db.run('commit');
      db.run('create index by_name on t (name, score)');
      const rows = db.exec(`select name, count(*), sum(score) from t where name like '%3%'
        group by name order by 3 desc limit 20`);
      db.close();
      return JSON.stringify(rows);
    };
  },
  brotli: async () => {
    const brotli = (await require('brotli-wasm')) as {
      compress(bytes: Uint8Array, options: { quality: number }): Uint8Array;
      decompress(bytes: Uint8Array): Uint8Array;
    };
    const bytes = new TextEncoder().encode(words(12_000));
    return () => {
      const small = brotli.compress(bytes, { quality: 7 });
      return `${small.length} ${small[99]} ${brotli.decompress(small).length}`;
    };
  },
  resvg: async () => {
    const { initWasm, Resvg } = await import('@resvg/resvg-wasm');
    await initWasm(readFileSync(require.resolve('@resvg/resvg-wasm/index_bg.wasm')));
    const circles = Array.from(
      { length: 40 },
      (_, i) =>
        `<circle cx="${(i * 37) % 300}" cy="${(i * 53) % 300}" r="${8 + (i % 30)}" fill="url(#g)" opacity="0.7"/>`,
    ).join('');
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="300" height="300"><defs><radialGradient id="g">
      <stop offset="0" stop-color="red"/><stop offset="1" stop-color="blue"/></radialGradient></defs>${circles}
      <path d="M10 10 C 90 290 180 -120 290 280" stroke="#0a0" stroke-width="5" fill="none"/></svg>`;
    return () => {
      const resvg = new Resvg(svg);
      const image = resvg.render();
      const { pixels } = image;
      let sum = 0;
      for (const pixel of pixels) sum = (Math.imul(sum, 31) + pixel) >>> 0;
      image.free();
      resvg.free();
      return String(sum);
    };
  },
  argon2: async () => {
    const { argon2id } = await import('hash-wasm');
    const salt = new Uint8Array(16).fill(5);
    return () =>
      argon2id({
        password: 'password',
        salt,
        parallelism: 1,
        iterations: 3,
        memorySize: 8192,
        hashLength: 32,
        outputType: 'hex',
      });
  },
};
