import type { HelperFunctions } from './helper-functions.js';
import { Opcode, VOID } from './operators.js';
import type { SavedState } from './saved-state.js';

const I32 = 0x7f;
const F64 = 0x7c;
const FUNCREF = 0x70;
const EXTERNREF = 0x6f;
const enum Op {
  I32Eqz = 0x45,
  F64ConvertI64S = 0xb9,
  /** Behind the prefix `0xfc`. */
  I64TruncSatF64S = 6,
}

/** The functions that `attach` gives, in this order; null for those that the module has no use for. */
export interface HostAccess {
  /** Sets the fuel, and forgets refused growths. */
  readonly begin: (fuel: number) => void;
  /** Adds to the fuel. @returns The sum. */
  readonly add: (fuel: number) => number;
  /** Refused growths, as a signed number. */
  readonly denied: () => number;
  readonly save: (() => void) | null;
  readonly restore: (() => number) | null;
  /** The module's start function, if it was deferred. */
  readonly start: (() => void) | null;
}

/** Calls the export `attach` of a metered instance. */
export function openAccess(
  attach: CallableFunction,
  hook: CallableFunction,
  meter: object,
): HostAccess {
  const [begin, add, denied, save, restore, start] = attach(hook, meter) as Iterable<never>;
  return {
    begin: begin!,
    add: add!,
    denied: denied!,
    save: save!,
    restore: restore!,
    start: start!,
  };
}

/**
 * Appends the functions through which the host reaches the meter. Only `attach` is exported, and only its first call gives the
 * others: a guest never gets hold of them. Functions, because calling one takes a tenth of the time that a global's `value` takes.
 *
 * @param start Index of the start function, if it is deferred.
 * @returns Index of `(hook: funcref, meter: externref) -> (funcref, …)`.
 */
export function appendHostAccess(
  helpers: HelperFunctions,
  state: SavedState | undefined,
  start: number | undefined,
): number {
  const { fuelGlobal, deniedGlobal, meterGlobal, hookTable } = helpers.at;
  const begin = helpers.get('begin', [1, F64, 0], (code) => {
    code.u8(Opcode.LocalGet).u8(0).u8(0xfc).u8(Op.I64TruncSatF64S);
    code.u8(Opcode.GlobalSet).u32(fuelGlobal);
    code.u8(Opcode.I32Const).u8(0).u8(Opcode.GlobalSet).u32(deniedGlobal);
  });
  const add = helpers.get('add', [1, F64, 1, F64], (code) => {
    code.u8(Opcode.GlobalGet).u32(fuelGlobal);
    code.u8(Opcode.LocalGet).u8(0).u8(0xfc).u8(Op.I64TruncSatF64S).u8(Opcode.I64Add);
    code.u8(Opcode.GlobalSet).u32(fuelGlobal);
    code.u8(Opcode.GlobalGet).u32(fuelGlobal).u8(Op.F64ConvertI64S);
  });
  const denied = helpers.get('denied', [0, 1, I32], (code) => {
    code.u8(Opcode.GlobalGet).u32(deniedGlobal);
  });
  const given = [begin, add, denied, state?.save, state?.restore, start];
  const results = given.map(() => FUNCREF);
  helpers.referenced.push(...given.filter((index) => index !== undefined));
  return helpers.get('attach', [2, FUNCREF, EXTERNREF, results.length, ...results], (code) => {
    code.u8(Opcode.GlobalGet).u32(meterGlobal).u8(Opcode.RefIsNull).u8(Op.I32Eqz);
    code.u8(Opcode.If).u8(VOID).u8(Opcode.Unreachable).u8(Opcode.End);
    code.u8(Opcode.I32Const).u8(0).u8(Opcode.LocalGet).u8(0);
    code.u8(Opcode.TableSet).u32(hookTable);
    code.u8(Opcode.LocalGet).u8(1).u8(Opcode.GlobalSet).u32(meterGlobal);
    for (const index of given) {
      if (index === undefined) code.u8(Opcode.RefNull).u8(FUNCREF);
      else code.u8(Opcode.RefFunc).u32(index);
    }
  });
}
