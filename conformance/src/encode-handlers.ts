import { Opcode } from '@testbench/wasm';

import { type FunctionCode, I32_EQZ, VOID } from './function-code.ts';
import type { Clause, Piece } from './generate-program.ts';
import { EXNREF, SIGNATURES, TAGS, type Types } from './program-layout.ts';

/** Type of a block that leaves the values of tag 1 and the exception itself: `() -> (i32, exnref)`. */
const CAUGHT_TYPE = SIGNATURES.length;
/** `(exnref) -> ()` */
const AGAIN_TYPE = CAUGHT_TYPE + 1;
/** `() -> (i64, i32)`: the only pair of results that exists. */
const MULTI = 4;

type Try = Extract<Piece, { kind: 'try' }>;

/** Writes the nested content. */
type Encode = (pieces: readonly Piece[]) => void;

/** Writes `try` with `catch` and `catch_all`, or with `delegate`. */
export function encodeLegacyTry(to: FunctionCode, piece: Try, encode: Encode): void {
  const { code } = to;
  const signature = SIGNATURES[piece.signature]!;
  to.produce(signature.params);
  code.raw([Opcode.Try, ...to.blockType(piece.signature)]);
  to.labels.push(signature.results);
  to.body(signature, piece.late, () => encode(piece.body));
  const handler = ({ again, body }: Pick<Clause, 'again' | 'body'>, payload: Types): void => {
    to.consume(payload);
    if (again) to.sometimes(() => code.u8(Opcode.Rethrow).u32(1));
    encode(body);
    to.produce(signature.results);
  };
  const delegates = piece.delegate !== undefined;
  if (!delegates) {
    for (const clause of piece.clauses) {
      code.u8(Opcode.Catch).u32(clause.tag);
      handler(clause, TAGS[clause.tag]!);
    }
    if (piece.all !== undefined) {
      code.u8(Opcode.CatchAll);
      handler(piece.all, []);
    }
  }
  to.labels.pop();
  if (delegates) code.u8(Opcode.Delegate).u32(piece.delegate % to.labels.length);
  else code.u8(Opcode.End);
  to.consume(signature.results);
}

/**
 * Writes `try_table`. Each clause leads to the end of a block, after which it is handled; the innermost block belongs to the first
 * clause.
 */
export function encodeTryTable(to: FunctionCode, piece: Try, encode: Encode): void {
  const { code } = to;
  const signature = SIGNATURES[piece.signature]!;
  const { params, results } = signature;
  const clauses: (Omit<Clause, 'tag'> & { readonly tag: number | undefined })[] = [
    ...piece.clauses,
  ];
  if (piece.all !== undefined) clauses.push({ ...piece.all, tag: undefined });
  const payload = (tag: number | undefined): Types => (tag === undefined ? [] : TAGS[tag]!);
  const open = (types: Types, blockType: number): void => {
    code.u8(Opcode.Block).u8(blockType);
    to.labels.push(types);
  };
  const close = (): void => {
    code.u8(Opcode.End);
    to.labels.pop();
  };
  open(results, results.length > 1 ? MULTI : (results[0] ?? VOID));
  for (const { tag, again } of clauses.toReversed()) {
    const types = again ? [...payload(tag), EXNREF] : payload(tag);
    open(types, types.length > 1 ? CAUGHT_TYPE : (types[0] ?? VOID));
  }
  to.produce(params);
  code.raw([Opcode.TryTable, ...to.blockType(piece.signature)]).u32(clauses.length);
  clauses.forEach(({ tag, again }, label) => {
    code.u8((tag === undefined ? 2 : 0) + (again ? 1 : 0));
    if (tag !== undefined) code.u32(tag);
    code.u32(label);
  });
  to.labels.push(results);
  to.body(signature, piece.late, () => encode(piece.body));
  close();
  code.u8(Opcode.Br).u32(clauses.length);
  clauses.forEach(({ tag, again, body }, index) => {
    close();
    if (again) throwAgain(to);
    to.consume(payload(tag));
    encode(body);
    to.produce(results);
    code.u8(Opcode.Br).u32(clauses.length - 1 - index);
  });
  close();
  to.consume(results);
}

/** Rethrows the exception on top of the stack, or drops it. */
function throwAgain(to: FunctionCode): void {
  const { code } = to;
  to.random();
  code.raw([I32_EQZ, Opcode.If, AGAIN_TYPE, Opcode.ThrowRef]);
  code.raw([Opcode.Else, Opcode.Drop, Opcode.End]);
}
