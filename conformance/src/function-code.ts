import { ByteWriter, Opcode } from '@testbench/wasm';

import {
  I64,
  type ProgramLayout,
  RANDOM,
  SIGNATURES,
  type Signature,
  STEPS,
  type Types,
} from './program-layout.ts';

export const VOID = 0x40;
export const I32_ADD = 0x6a;
export const I32_SUB = 0x6b;
export const I32_MUL = 0x6c;
const I32_OR = 0x72;
export const I32_EQZ = 0x45;

/** The code of one function of a program while it is being written. */
export class FunctionCode {
  readonly code = new ByteWriter();
  readonly layout: ProgramLayout;
  readonly signature: Signature;
  /** The values that a branch to each label carries, innermost last. */
  labels: Types[];
  /** Counted loops around the next piece. */
  counters = 0;

  constructor(layout: ProgramLayout, signature: Signature) {
    this.layout = layout;
    this.signature = signature;
    this.labels = [signature.results];
  }

  /** Takes one step, or returns. */
  step(): void {
    const { code } = this;
    code.raw([Opcode.GlobalGet, STEPS, Opcode.I32Const, 1, I32_SUB, Opcode.GlobalSet, STEPS]);
    code.raw([Opcode.GlobalGet, STEPS, Opcode.I32Const, 0, 0x48, Opcode.If, VOID]);
    this.produce(this.signature.results);
    code.raw([Opcode.Return, Opcode.End]);
  }

  /** Puts values that depend on the random number on the stack. */
  produce(types: Types): void {
    types.forEach((type, index) => {
      this.code.raw([Opcode.GlobalGet, RANDOM, Opcode.I32Const, index, 0x73]);
      if (type === I64) this.code.u8(0xad);
    });
  }

  /** Takes values from the stack and mixes them into the random number. */
  consume(types: Types): void {
    for (const type of types.toReversed()) {
      if (type === I64) this.code.u8(0xa7);
      this.code.raw([Opcode.GlobalGet, RANDOM, Opcode.I32Const, 3, I32_MUL, I32_ADD]);
      this.code.raw([Opcode.GlobalSet, RANDOM]);
    }
  }

  /** Leaves a random i32 in [0, 4) on the stack. */
  random(): void {
    const { code } = this;
    code.raw([Opcode.GlobalGet, RANDOM, Opcode.I32Const]).signed(1664525).u8(I32_MUL);
    code.u8(Opcode.I32Const).signed(1013904223).raw([I32_ADD, Opcode.GlobalSet, RANDOM]);
    code.raw([Opcode.GlobalGet, RANDOM, Opcode.I32Const, 24, 0x76, Opcode.I32Const, 3, 0x71]);
  }

  sometimes(write: () => void): void {
    this.random();
    this.inside([I32_EQZ, Opcode.If, VOID], [], write);
  }

  /** True once in sixteen times. */
  rarely(write: () => void): void {
    this.random();
    this.random();
    this.inside([I32_OR, I32_EQZ, Opcode.If, VOID], [], write);
  }

  /** Writes a block whose label takes `types`. */
  inside(opening: readonly number[], types: Types, write: () => void): void {
    this.code.raw(opening);
    this.labels.push(types);
    write();
    this.labels.pop();
    this.code.u8(Opcode.End);
  }

  blockType(signature: number): number[] {
    const { params, results } = SIGNATURES[signature]!;
    return params.length === 0 && results.length < 2 ? [results[0] ?? VOID] : [signature];
  }

  /** The body of a construct with parameters on the stack, up to its results. */
  body({ params, results }: Signature, late: boolean, write: () => void): void {
    if (!late) this.consume(params);
    write();
    if (late) this.consume(params);
    this.produce(results);
  }
}
