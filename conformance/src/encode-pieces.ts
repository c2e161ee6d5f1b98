import { Opcode } from '@testbench/wasm';

import { encodeElements, encodeMemory } from './encode-bulk.ts';
import { encodeLegacyTry, encodeTryTable } from './encode-handlers.ts';
import { type FunctionCode, I32_ADD, I32_SUB, VOID } from './function-code.ts';
import type { Piece } from './generate-program.ts';
import { EXNREF, I32, RANDOM, SIGNATURES, SLOTS, TAGS, type Types } from './program-layout.ts';

/** Nested counted loops that have a counter each; deeper ones are left out. */
export const MAX_COUNTED = 4;

/** Writes pieces into a function. */
export function encodePieces(to: FunctionCode, pieces: readonly Piece[]): void {
  for (const piece of pieces) encodePiece(to, piece);
}

function encodePiece(to: FunctionCode, piece: Piece): void {
  const { code, layout } = to;
  switch (piece.kind) {
    case 'work':
      for (let left = piece.amount; left > 0; left -= 1) {
        code.raw([Opcode.GlobalGet, RANDOM, Opcode.Drop]);
      }
      break;
    case 'block':
    case 'loop':
      encodeBlock(to, piece);
      break;
    case 'if':
      encodeIf(to, piece);
      break;
    case 'counted':
      encodeCounted(to, piece);
      break;
    case 'branch':
    case 'branch-if':
    case 'table':
      encodeBranch(to, piece);
      break;
    case 'return':
      to.produce(to.signature.results);
      code.u8(Opcode.Return);
      break;
    case 'trap':
      to.rarely(() => code.u8(Opcode.Unreachable));
      break;
    case 'fixed':
      to.random();
      code.u8(Opcode.Call).u32(layout.fixed(piece.callee));
      to.consume([I32]);
      break;
    case 'call':
      if (piece.how === 'panic') {
        to.rarely(() => {
          encodeCall(to, piece);
          code.u8(Opcode.Unreachable);
        });
      } else encodeCall(to, piece);
      break;
    case 'memory':
      encodeMemory(to, piece);
      break;
    case 'elements':
      encodeElements(to, piece);
      break;
    case 'throw': {
      const tag = piece.tag % TAGS.length;
      const write = (): void => {
        to.produce(TAGS[tag]!);
        code.u8(Opcode.Throw).u32(tag);
      };
      // Nothing catches it, and the run is over.
      if (layout.program.handlers === 'none') to.rarely(write);
      else if (piece.always) write();
      else to.sometimes(write);
      break;
    }
    case 'try':
      encodeTry(to, piece);
      break;
  }
}

function encodeTry(to: FunctionCode, piece: Extract<Piece, { kind: 'try' }>): void {
  const encode = (pieces: readonly Piece[]): void => encodePieces(to, pieces);
  const { handlers } = to.layout.program;
  if (handlers === 'legacy') encodeLegacyTry(to, piece, encode);
  else if (handlers === 'standard') encodeTryTable(to, piece, encode);
  else encodeBlock(to, { ...piece, kind: 'block' });
}

function encodeBlock(
  to: FunctionCode,
  piece: Pick<Extract<Piece, { kind: 'block' | 'loop' }>, 'kind' | 'signature' | 'late' | 'body'>,
): void {
  const signature = SIGNATURES[piece.signature]!;
  const isLoop = piece.kind === 'loop';
  to.produce(signature.params);
  to.inside(
    [isLoop ? Opcode.Loop : Opcode.Block, ...to.blockType(piece.signature)],
    isLoop ? signature.params : signature.results,
    () => {
      to.body(signature, piece.late, () => {
        if (isLoop) to.step();
        encodePieces(to, piece.body);
      });
    },
  );
  to.consume(signature.results);
}

function encodeIf(
  to: FunctionCode,
  { signature: type, taken, otherwise }: Extract<Piece, { kind: 'if' }>,
): void {
  const signature = SIGNATURES[type]!;
  const { params, results } = signature;
  to.produce(params);
  to.random();
  to.inside([Opcode.If, ...to.blockType(type)], results, () => {
    to.body(signature, false, () => encodePieces(to, taken));
    // Without an `else`, parameters become the results.
    if (otherwise === undefined && params.join() === results.join()) return;
    to.code.u8(Opcode.Else);
    to.body(signature, true, () => encodePieces(to, otherwise ?? []));
  });
  to.consume(results);
}

function encodeCounted(to: FunctionCode, piece: Extract<Piece, { kind: 'counted' }>): void {
  if (to.counters === MAX_COUNTED) return;
  const { code } = to;
  const { params, results } = SIGNATURES[piece.signature]!;
  const counter = to.signature.params.length + to.counters;
  code.raw([Opcode.I32Const, piece.turns, Opcode.LocalSet, counter]);
  to.produce(params);
  code.raw([Opcode.Loop, ...to.blockType(piece.signature)]);
  to.consume(params);
  const around = to.labels;
  to.labels = [];
  to.counters += 1;
  encodePieces(to, piece.calm);
  to.counters -= 1;
  to.labels = around;
  if (piece.early) {
    to.random();
    code.raw([Opcode.If, VOID]);
  }
  to.produce(params);
  code.raw([Opcode.LocalGet, counter, Opcode.I32Const, 1, I32_SUB]);
  code.raw([Opcode.LocalTee, counter, Opcode.BrIf, piece.early ? 1 : 0]);
  to.consume(params);
  if (piece.early) code.u8(Opcode.End);
  to.produce(results);
  code.u8(Opcode.End);
  to.consume(results);
}

function encodeBranch(
  to: FunctionCode,
  piece: Extract<Piece, { kind: 'branch' | 'branch-if' | 'table' }>,
): void {
  const labels = to.labels;
  if (labels.length === 0) return;
  const outermost = labels.length - 1;
  const depth = (label: number): number => {
    const inner = label % labels.length;
    // Only a handler can provide an exception.
    return labels[outermost - inner]!.includes(EXNREF) ? outermost : inner;
  };
  const types = (label: number): Types => labels[outermost - depth(label)]!;
  const { code } = to;
  if (piece.kind === 'table') {
    // All labels must take the same types: others are replaced by the last.
    const last = piece.labels.at(-1)!;
    const same = piece.labels.map((label) =>
      types(label).join() === types(last).join() ? label : last,
    );
    to.produce(types(last));
    to.random();
    code.u8(Opcode.BrTable).u32(same.length - 1);
    for (const label of same) code.u32(depth(label));
    return;
  }
  to.produce(types(piece.label));
  if (piece.kind === 'branch') code.u8(Opcode.Br).u32(depth(piece.label));
  else {
    to.random();
    code.u8(Opcode.BrIf).u32(depth(piece.label));
    to.consume(types(piece.label));
  }
}

function encodeCall(to: FunctionCode, { how, callee }: Extract<Piece, { kind: 'call' }>): void {
  const { code, layout } = to;
  const isTail = how.startsWith('tail');
  const isIndirect = how.endsWith('indirect');
  const target = isTail
    ? layout.returning(to.signature.results, callee)
    : isIndirect
      ? layout.tabled(callee)
      : layout.own(callee);
  if (target === undefined) return;
  const type = layout.types[target]!;
  const { params, results } = layout.functions[target]!;
  to.produce(params);
  if (isIndirect) {
    to.random();
    code.raw([Opcode.I32Const, SLOTS * type, I32_ADD]);
    code.u8(isTail ? Opcode.ReturnCallIndirect : Opcode.CallIndirect).raw([type, callee % 2]);
  } else if (how.endsWith('reference') && layout.program.references) {
    // A segment must name the referenced function, and none names `leaf`.
    const named = target === layout.fixed('leaf') ? layout.fixed('cheap') : target;
    code.u8(Opcode.RefFunc).u32(named);
    code.u8(isTail ? Opcode.ReturnCallRef : Opcode.CallRef).u32(type);
  } else code.u8(isTail ? Opcode.ReturnCall : Opcode.Call).u32(target);
  if (!isTail) to.consume(results);
}
