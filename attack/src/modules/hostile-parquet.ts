/** A value in Thrift's compact protocol, with its type. */
interface Value {
  readonly type: number;
  readonly bytes: Uint8Array;
}

const I32 = 5;
const I64 = 6;
const BINARY = 8;
const LIST = 9;
const STRUCT = 12;

function varint(value: bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 0x7fn) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}

const zigzag = (value: number): Uint8Array => varint(BigInt(value) * 2n);
const i32 = (value: number): Value => ({ type: I32, bytes: zigzag(value) });
const i64 = (value: number): Value => ({ type: I64, bytes: zigzag(value) });
const binary = (text: string): Value => {
  return { type: BINARY, bytes: Buffer.concat([varint(BigInt(text.length)), Buffer.from(text)]) };
};
const list = (type: number, ...items: readonly Value[]): Value => {
  const head = Uint8Array.of((items.length << 4) | type);
  return { type: LIST, bytes: Buffer.concat([head, ...items.map(({ bytes }) => bytes)]) };
};

/** @param fields By their numbers, below 16 apart. */
function struct(fields: Readonly<Record<number, Value>>): Value {
  const parts: Uint8Array[] = [];
  let last = 0;
  for (const [number, { type, bytes }] of Object.entries(fields)) {
    parts.push(Uint8Array.of(((Number(number) - last) << 4) | type), bytes);
    last = Number(number);
  }
  return { type: STRUCT, bytes: Buffer.concat([...parts, Uint8Array.of(0)]) };
}

const MAGIC = Buffer.from('PAR1');

function file(body: Uint8Array, footer: Uint8Array): Uint8Array {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(footer.length);
  return Buffer.concat([MAGIC, body, footer, length, MAGIC]);
}

interface Claims {
  readonly rows?: number;
  readonly groupBytes?: number;
  readonly codec?: number;
  readonly pageBytes?: number;
  readonly pageValues?: number;
  readonly encoding?: number;
  readonly page?: Uint8Array;
}

const OPTIONAL = 1;
const INT32 = 1;
const RLE = 3;

/** A file with one column and one page that declares what it is asked to declare. */
function withPage(claims: Claims): Uint8Array {
  const { rows = 1, groupBytes = 100, codec = 0, encoding = 0, page = new Uint8Array(16) } = claims;
  const { pageBytes = page.length, pageValues = rows } = claims;
  const data = struct({ 1: i32(pageValues), 2: i32(encoding), 3: i32(RLE), 4: i32(RLE) });
  const header = struct({ 1: i32(0), 2: i32(pageBytes), 3: i32(page.length), 5: data });
  const body = Buffer.concat([header.bytes, page]);
  const column = struct({
    1: i32(INT32),
    2: list(I32, i32(encoding)),
    3: list(BINARY, binary('input')),
    4: i32(codec),
    5: i64(rows),
    6: i64(groupBytes),
    7: i64(body.length),
    9: i64(4),
  });
  const group = struct({
    1: list(STRUCT, struct({ 2: i64(4), 3: column })),
    2: i64(groupBytes),
    3: i64(rows),
  });
  const schema = list(
    STRUCT,
    struct({ 4: binary('schema'), 5: i32(1) }),
    struct({ 1: i32(INT32), 3: i32(OPTIONAL), 4: binary('input') }),
  );
  const footer = struct({ 1: i32(1), 2: schema, 3: i64(rows), 4: list(STRUCT, group) });
  return file(body, footer.bytes);
}

/** Levels that repeat one value two thousand million times, in nine bytes. */
function endlessLevels(): Uint8Array {
  const run = Buffer.concat([varint(0xff_ff_ff_fen), Uint8Array.of(0)]);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(run.length);
  return Buffer.concat([length, run]);
}

const MANY = 2 ** 31 - 1;

/** Files that declare more than they hold, by what they do. */
export const HOSTILE_PARQUET: Readonly<Record<string, () => Uint8Array>> = {
  'levels without end': () => withPage({ pageValues: MANY, page: endlessLevels() }),
  'many rows, and levels without end': () =>
    withPage({ rows: MANY, pageValues: MANY, page: endlessLevels() }),
  'a page of 2 GB': () => withPage({ codec: 1, pageBytes: MANY }),
  'a zstd page of 2 GB': () => withPage({ codec: 6, pageBytes: MANY }),
  'a group of a terabyte': () => withPage({ groupBytes: 1e12 }),
  'a million million rows': () => withPage({ rows: 1e12 }),
  'values of no bits': () =>
    withPage({
      pageValues: MANY,
      encoding: 8,
      page: Buffer.concat([endlessLevels(), Uint8Array.of(0)]),
    }),
  'a footer that nests a million deep': () => file(new Uint8Array(0), Buffer.alloc(1e6, 0x1c)),
  'a number of 30 MB in the footer': () =>
    file(new Uint8Array(0), Buffer.concat([Uint8Array.of(0x16), Buffer.alloc(3e7, 0xff)])),
  'a list of two thousand million in the footer': () =>
    file(new Uint8Array(0), Uint8Array.of(0x19, 0xf1, 0xff, 0xff, 0xff, 0xff, 0x07)),
};
