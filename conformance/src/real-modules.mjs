import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';

const require = createRequire(import.meta.url);
const text = 'The quick brown fox jumps over the lazy dog. '.repeat(200);
const bytes = new TextEncoder().encode(text);

/** Runs real packages through their own loaders; each returns a value that depends on much of the module. */
export const REAL_MODULES = {
  'sql.js': async () => {
    const SQL = await require('sql.js')();
    const db = new SQL.Database();
    db.run('create table t (id integer primary key, name text, score real)');
    for (let i = 0; i < 500; i += 1)
      db.run('insert into t values (?, ?, ?)', [i, `n${i % 37}`, i / 7]);
    return db.exec(
      'select name, count(*), sum(score), avg(score) from t group by name order by 2 desc, 1',
    );
  },
  'quickjs-emscripten': async () => {
    const { getQuickJS } = await import('quickjs-emscripten');
    const vm = (await getQuickJS()).newContext();
    const result = vm.unwrapResult(
      vm.evalCode(`let a = []; for (let i = 0; i < 2000; i++) a.push((i * 7919) % 1009);
        a.sort((x, y) => x - y); JSON.stringify({ s: a.slice(0, 9), r: 'x1y22'.replace(/\\d+/g, (d) => d * 2) })`),
    );
    return vm.dump(result);
  },
  'esbuild-wasm': async () => {
    // The Node build starts a child; the browser build runs in this process, where we can observe it.
    globalThis.self = globalThis;
    const esbuild = require('esbuild-wasm/lib/browser.js');
    const wasm = readFileSync(require.resolve('esbuild-wasm/esbuild.wasm'));
    await esbuild.initialize({ wasmModule: await WebAssembly.compile(wasm), worker: false });
    const { code } = await esbuild.transform(
      'const f = (x: number): number => x ** 2; export { f }',
      {
        loader: 'ts',
        minify: true,
        target: 'es2015',
      },
    );
    return code;
  },
  '@resvg/resvg-wasm': async () => {
    const { initWasm, Resvg } = require('@resvg/resvg-wasm');
    await initWasm(readFileSync(require.resolve('@resvg/resvg-wasm/index_bg.wasm')));
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="120" height="120"><defs><radialGradient id="g">
      <stop offset="0" stop-color="red"/><stop offset="1" stop-color="blue"/></radialGradient></defs>
      <circle cx="60" cy="60" r="50" fill="url(#g)"/><path d="M10 10 C 40 90 80 -20 110 110" stroke="#0a0" fill="none"/></svg>`;
    return new Resvg(svg).render().asPng();
  },
  'brotli-wasm': async () => {
    const brotli = await require('brotli-wasm');
    const small = brotli.compress(bytes, { quality: 9 });
    return [small, brotli.decompress(small).length];
  },
  'libsodium-wrappers': async () => {
    const sodium = require('libsodium-wrappers');
    await sodium.ready;
    const key = sodium.crypto_generichash(32, text);
    const box = sodium.crypto_secretbox_easy(text, new Uint8Array(24), key);
    const pair = sodium.crypto_sign_seed_keypair(key);
    return [box, sodium.crypto_sign_detached(text, pair.privateKey)];
  },
  wasmoon: async () => {
    const { LuaFactory } = require('wasmoon');
    const lua = await new LuaFactory().createEngine();
    return lua.doString(`local t = {} for i = 1, 3000 do t[#t + 1] = (i * 7919) % 1009 end
      table.sort(t) local ok, e = pcall(function() error('caught') end)
      return table.concat(t, ',', 1, 20) .. tostring(ok) .. string.rep('x', 3) .. e:sub(-6)`);
  },
  'web-tree-sitter': async () => {
    const { Parser, Language } = await import('web-tree-sitter');
    await Parser.init();
    const language = await Language.load(
      new Uint8Array(
        readFileSync(require.resolve('@vscode/tree-sitter-wasm/wasm/tree-sitter-css.wasm')),
      ),
    );
    const parser = new Parser();
    parser.setLanguage(language);
    return parser
      .parse('a > b:hover { color: red; margin: 0 auto } @media print { .x { display: none } }')
      .rootNode.toString();
  },
  'hash-wasm': async () => {
    const hash = require('hash-wasm');
    const names = [
      'md5',
      'sha1',
      'sha256',
      'sha512',
      'sha3',
      'blake2b',
      'blake3',
      'crc32',
      'xxhash64',
      'whirlpool',
    ];
    const all = await Promise.all(names.map((name) => hash[name](text)));
    const salt = bytes.subarray(0, 16);
    return [...all, await hash.bcrypt({ password: 'p', salt, costFactor: 5, outputType: 'hex' })];
  },
  'argon2-browser': async () => {
    const argon2 = require('argon2-browser');
    return (await argon2.hash({ pass: 'password', salt: 'somesalt', time: 2, mem: 256 })).hashHex;
  },
  '@bokuweb/zstd-wasm': async () => {
    const zstd = require('@bokuweb/zstd-wasm');
    await zstd.init();
    const small = zstd.compress(bytes, 10);
    return [small, zstd.decompress(small).length];
  },
  '@dqbd/tiktoken': async () => {
    const encoding = require('@dqbd/tiktoken').get_encoding('cl100k_base');
    return [...encoding.encode(text)];
  },
  '@hpcc-js/wasm-graphviz': async () => {
    const { Graphviz } = await import('@hpcc-js/wasm-graphviz');
    return (await Graphviz.load()).dot(
      'digraph { a -> b -> c; a -> c; c -> d [label="x"]; d -> a }',
    );
  },
  'es-module-lexer': async () => {
    const { init, parse } = await import('es-module-lexer');
    await Promise.resolve(init);
    return parse(
      `import a, { b as c } from './x.js'; export const d = import('y'); export * from "z"`,
    );
  },
  'source-map': async () => {
    const { SourceMapGenerator, SourceMapConsumer } = require('source-map');
    const map = new SourceMapGenerator({ file: 'out.js' });
    for (let line = 1; line < 200; line += 1) {
      map.addMapping({
        source: 'in.ts',
        original: { line, column: line % 9 },
        generated: { line: line * 2, column: line % 5 },
      });
    }
    return SourceMapConsumer.with(map.toJSON(), null, (consumer) =>
      [2, 50, 398].map((line) => consumer.originalPositionFor({ line, column: 40 })),
    );
  },
  onigasm: async () => {
    const { loadWASM, OnigScanner } = require('onigasm');
    await loadWASM(readFileSync(require.resolve('onigasm/lib/onigasm.wasm')).buffer);
    return new OnigScanner(['q(u)ick', '(?<=o)x\\b', '\\bl.*?y']).findNextMatchSync(text, 11);
  },
  'opus-decoder': async () => {
    const { OpusDecoder } = await import('opus-decoder');
    const decoder = new OpusDecoder();
    await decoder.ready;
    const { channelData, samplesDecoded } = decoder.decodeFrame(Uint8Array.of(0xfc, 0xff, 0xfe));
    return [samplesDecoded, channelData.map((channel) => channel.slice(0, 64))];
  },
};
