import { decodeModule, InstructionCursor, Opcode } from '@testbench/wasm';

import { type CodePlace, type CodePlaces, codeStartOf } from './code-places.js';
import type { PlacingModule, PlacingOptimizer } from './placing-optimizer.js';

/** Parts of the optimizer's expressions, in the order in which they are computed. Parts of other expressions are ignored. */
const PARTS: Readonly<Record<string, readonly string[]>> = {
  Block: ['children'],
  Loop: ['body'],
  If: ['condition', 'ifTrue', 'ifFalse'],
  Break: ['value', 'condition'],
  Switch: ['value', 'condition'],
  Call: ['operands'],
  CallIndirect: ['operands', 'target'],
  LocalSet: ['value'],
  GlobalSet: ['value'],
  Load: ['ptr'],
  Store: ['ptr', 'value'],
  Unary: ['value'],
  Binary: ['left', 'right'],
  Select: ['ifTrue', 'ifFalse', 'condition'],
  Drop: ['value'],
  Return: ['value'],
  MemoryGrow: ['delta'],
  MemoryInit: ['dest', 'offset', 'size'],
  MemoryCopy: ['dest', 'source', 'size'],
  MemoryFill: ['dest', 'value', 'size'],
};

/** Expressions without parts. */
const LEAVES = ['LocalGet', 'GlobalGet', 'Const', 'MemorySize', 'Nop', 'Unreachable', 'DataDrop'];

/** Instructions that may trap, call, or repeat: possible origins of an error. The optimizer's reader makes one expression of each. */
const COMPARED = new Set(
  (
    'Call CallIndirect Load Store Unary Binary Unreachable Loop ' +
    'MemoryGrow MemoryInit MemoryCopy MemoryFill'
  ).split(' '),
);

/** Opcodes of each, from first to last. */
const OPCODES: readonly (readonly [first: number, last: number, kind: string])[] = [
  [Opcode.Unreachable, Opcode.Unreachable, 'Unreachable'],
  [Opcode.Loop, Opcode.Loop, 'Loop'],
  [Opcode.Call, Opcode.Call, 'Call'],
  [Opcode.CallIndirect, Opcode.CallIndirect, 'CallIndirect'],
  [0x28, 0x35, 'Load'],
  [0x36, 0x3e, 'Store'],
  [Opcode.MemoryGrow, Opcode.MemoryGrow, 'MemoryGrow'],
  // Tests against zero, and comparisons.
  [0x45, 0x45, 'Unary'],
  [0x46, 0x4f, 'Binary'],
  [0x50, 0x50, 'Unary'],
  [0x51, 0x66, 'Binary'],
  // Arithmetic of integers and floats of both widths, starting with the operations that take one operand.
  [0x67, 0x69, 'Unary'],
  [0x6a, 0x78, 'Binary'],
  [0x79, 0x7b, 'Unary'],
  [0x7c, 0x8a, 'Binary'],
  [0x8b, 0x91, 'Unary'],
  [0x92, 0x98, 'Binary'],
  [0x99, 0x9f, 'Unary'],
  [0xa0, 0xa6, 'Binary'],
  // Conversions.
  [0xa7, 0xc4, 'Unary'],
  [0xfc000, 0xfc007, 'Unary'],
  [Opcode.MemoryInit, Opcode.MemoryInit, 'MemoryInit'],
  [Opcode.MemoryCopy, Opcode.MemoryCopy, 'MemoryCopy'],
  [Opcode.MemoryFill, Opcode.MemoryFill, 'MemoryFill'],
];

interface Found {
  readonly kind: string;
  /** For an instruction its offset, for an expression its reference. */
  readonly at: number;
}

/**
 * Passes a module's positions to the optimizer, so that it can give the positions of its output.
 *
 * The optimizer reads no line tables, and does not report the offset of what it read. But each instruction that may trap becomes one
 * expression: the instructions of a function, in the order in which they run, are compared with its expressions in theirs. If the two lists
 * differ, the function gets no places.
 *
 * @param module Read from the bytes.
 */
export function carryPlaces(
  optimizer: PlacingOptimizer,
  module: PlacingModule,
  bytes: Uint8Array,
  { places, sources }: CodePlaces,
): void {
  const tree = new ExpressionTree(optimizer);
  const files = sources.map((source) => module.addDebugInfoFileName(source));
  const codeStart = codeStartOf(bytes);
  const { bodies, importedFunctions } = decodeModule(bytes);
  const finder = new PlaceFinder(places);
  bodies.forEach(({ code, end }, index) => {
    const instructions = instructionsOf(bytes, code, end);
    const reference = module.getFunctionByIndex(importedFunctions + index);
    const expressions = tree.list(optimizer.getFunctionInfo(reference).body);
    if (!isSame(instructions, expressions)) return;
    for (const [position, { at }] of instructions.entries()) {
      const place = finder.find(at - codeStart, code - codeStart);
      if (place === undefined) continue;
      const { at: expression } = expressions![position]!;
      module.setDebugLocation(
        reference,
        expression,
        files[place.source]!,
        place.line + 1,
        place.column,
      );
    }
  });
}

function instructionsOf(bytes: Uint8Array, start: number, end: number): Found[] {
  const found: Found[] = [];
  const cursor = new InstructionCursor(bytes, start, end);
  while (cursor.next()) {
    const { opcode, offset } = cursor;
    const kind = OPCODES.find(([first, last]) => opcode >= first && opcode <= last)?.[2];
    if (kind !== undefined) found.push({ kind, at: offset });
  }
  return found;
}

function isSame(a: readonly Found[], b: readonly Found[] | undefined): boolean {
  return a.length === b?.length && a.every(({ kind }, index) => kind === b[index]!.kind);
}

/** Lists expressions in the order of the instructions in a module. */
class ExpressionTree {
  readonly #optimizer: PlacingOptimizer;
  readonly #kinds = new Map<number, string>();

  constructor(optimizer: PlacingOptimizer) {
    this.#optimizer = optimizer;
    for (const kind of [...Object.keys(PARTS), ...LEAVES]) {
      this.#kinds.set(optimizer.ExpressionIds[kind]!, kind);
    }
  }

  /** @returns undefined if there is an expression of another kind. */
  list(body: number): Found[] | undefined {
    const found: Found[] = [];
    return this.#visit(body, found) ? found : undefined;
  }

  #visit(expression: number, found: Found[]): boolean {
    if (expression === 0) return true;
    const kind = this.#kinds.get(this.#optimizer.getExpressionId(expression));
    if (kind === undefined) return false;
    if (kind === 'Loop') found.push({ kind, at: expression });
    const parts = PARTS[kind];
    // The optimizer only takes apart expressions that have parts.
    const info = parts === undefined ? undefined : this.#optimizer.getExpressionInfo(expression);
    for (const name of parts ?? []) {
      const part = info![name];
      const list = Array.isArray(part) ? (part as number[]) : [part as number];
      for (const one of list) if (!this.#visit(one, found)) return false;
    }
    if (kind !== 'Loop' && COMPARED.has(kind)) found.push({ kind, at: expression });
    return true;
  }
}

/** Finds the place of an instruction by moving forward: instructions come in order. */
class PlaceFinder {
  #next = 0;

  constructor(readonly places: readonly CodePlace[]) {}

  /** @param from Start of the function: places before it belong to another one. */
  find(offset: number, from: number): CodePlace | undefined {
    const { places } = this;
    while (this.#next < places.length && places[this.#next]!.offset <= offset) this.#next += 1;
    const place = places[this.#next - 1];
    return place === undefined || place.offset < from || place.source < 0 ? undefined : place;
  }
}
