import type { ByteWriter } from '@testbench/wasm';

import type { HelperFunctions } from './helper-functions.js';
import { Opcode, VOID } from './operators.js';
import type { SavedState } from './saved-state.js';

const I32 = 0x7f;
const F64 = 0x7c;
const FUNCREF = 0x70;
const EXTERNREF = 0x6f;
const enum Op {
  I32Eqz = 0x45,
  I32Eq = 0x46,
  F64Const = 0x44,
  F64ConvertI32U = 0xb8,
  F64ConvertI64S = 0xb9,
  /** After the prefix `0xfc`. */
  I64TruncSatF64S = 6,
}

/** The host's requests to the function that {@link openAccess} returns. */
export const enum Request {
  /** Adds to the fuel; returns the sum. */
  Add = 0,
  /** Sets the fuel, and resets the count of refused growths. */
  Begin = 1,
  /** Returns the number of refused growths. */
  Denied = 2,
  /** Saves the state; returns 0 if the module cannot. */
  Save = 3,
  /** Restores the state; returns 0 if that is not possible. */
  Restore = 4,
  /** Returns 1 if there is a deferred start function. */
  HasStart = 5,
  /** Runs the start function. */
  Start = 6,
}

/** `amount` is used by {@link Request.Add} and {@link Request.Begin}. */
export type HostAccess = (request: Request, amount: number) => number;

/** Calls the export `attach` of a metered instance. */
export function openAccess(
  attach: CallableFunction,
  hook: CallableFunction,
  meter: object,
): HostAccess {
  return attach(hook, meter) as HostAccess;
}

/**
 * Appends the function through which the host reaches the meter. Only `attach` is exported, and only its first call returns the
 * other function, so a guest can never obtain it. It is a function because calling one takes a tenth of the time of reading a global's `value`;
 * and one for all requests because each function takes microseconds to create per instance.
 *
 * @param start Index of the start function, if it is deferred.
 * @returns Index of `attach: (hook: funcref, meter: externref) -> funcref`.
 */
export function appendHostAccess(
  helpers: HelperFunctions,
  state: SavedState | undefined,
  start: number | undefined,
): number {
  const { fuelGlobal, deniedGlobal, meterGlobal, hookTable } = helpers.at;
  const access = helpers.get('access', [2, I32, F64, 1, F64], (code) => {
    const whole = (): ByteWriter => code.u8(Opcode.LocalGet).u8(1).u8(0xfc).u8(Op.I64TruncSatF64S);
    const on = (request: Request, body: () => void): void => {
      code.u8(Opcode.LocalGet).u8(0).u8(Opcode.I32Const).u8(request).u8(Op.I32Eq);
      code.u8(Opcode.If).u8(VOID);
      body();
      code.u8(Opcode.Return).u8(Opcode.End);
    };
    const answer = (value: 0 | 1): void => {
      // The upper bytes of the double 1.
      code.u8(Op.F64Const).raw([0, 0, 0, 0, 0, 0, value === 0 ? 0 : 0xf0, value === 0 ? 0 : 0x3f]);
    };
    on(Request.Add, () => {
      code.u8(Opcode.GlobalGet).u32(fuelGlobal);
      whole().u8(Opcode.I64Add).u8(Opcode.GlobalSet).u32(fuelGlobal);
      code.u8(Opcode.GlobalGet).u32(fuelGlobal).u8(Op.F64ConvertI64S);
    });
    on(Request.Begin, () => {
      whole().u8(Opcode.GlobalSet).u32(fuelGlobal);
      code.u8(Opcode.I32Const).u8(0).u8(Opcode.GlobalSet).u32(deniedGlobal);
      answer(0);
    });
    on(Request.Denied, () => {
      code.u8(Opcode.GlobalGet).u32(deniedGlobal).u8(Op.F64ConvertI32U);
    });
    if (state !== undefined) {
      on(Request.Save, () => {
        code.u8(Opcode.Call).u32(state.save);
        answer(1);
      });
      on(Request.Restore, () => {
        code.u8(Opcode.Call).u32(state.restore).u8(Op.F64ConvertI32U);
      });
    }
    if (start !== undefined) {
      on(Request.HasStart, () => answer(1));
      on(Request.Start, () => {
        code.u8(Opcode.Call).u32(start);
        answer(1);
      });
    }
    answer(0);
  });
  helpers.referenced.push(access);
  return helpers.get('attach', [2, FUNCREF, EXTERNREF, 1, FUNCREF], (code) => {
    code.u8(Opcode.GlobalGet).u32(meterGlobal).u8(Opcode.RefIsNull).u8(Op.I32Eqz);
    code.u8(Opcode.If).u8(VOID).u8(Opcode.Unreachable).u8(Opcode.End);
    code.u8(Opcode.I32Const).u8(0).u8(Opcode.LocalGet).u8(0);
    code.u8(Opcode.TableSet).u32(hookTable);
    code.u8(Opcode.LocalGet).u8(1).u8(Opcode.GlobalSet).u32(meterGlobal);
    code.u8(Opcode.RefFunc).u32(access);
  });
}
