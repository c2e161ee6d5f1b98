import {
  CUSTOM_FUNCTION_PARAMETERS,
  type CustomFunctionName,
  type EffectArgument,
  type EffectName,
  type EffectResult,
  HOST_EFFECTS,
  HostCode,
  type HostParameter,
} from '@testbench/types/abi';

import type { ContextFunction } from '../host-context.js';
import { MAX_CUSTOM_JSON_BYTES, MAX_EFFECT_INPUT_BYTES } from '../limits.js';

/** The guest's side of the functions of `HOST_EFFECTS`: reads the arguments, performs the effect, fills the buffer. */
export const EFFECT_FUNCTIONS = Object.fromEntries(
  Object.entries(HOST_EFFECTS).map(([name, parameters]) => [
    name,
    marshal(name as EffectName, parameters),
  ]),
) as Readonly<Record<EffectName, ContextFunction>>;

/** The guest's side of a custom host function. An answer that did not fit is still charged. */
export function customFunction(name: CustomFunctionName): ContextFunction {
  const run = marshal(name, CUSTOM_FUNCTION_PARAMETERS, MAX_CUSTOM_JSON_BYTES) as (
    context: Parameters<ContextFunction>[0],
    ...numbers: readonly number[]
  ) => number | Promise<number>;
  return (context, ...numbers: readonly number[]) => {
    const charged = (code: number): number => {
      context.memory.touchedBytes += Math.max(0, code - ((numbers[3] ?? 0) >>> 0));
      return code;
    };
    const code = run(context, ...numbers);
    return code instanceof Promise ? code.then(charged) : charged(code);
  };
}

function marshal(
  name: EffectName | CustomFunctionName,
  parameters: readonly HostParameter[],
  maxInputBytes = MAX_EFFECT_INPUT_BYTES,
): ContextFunction {
  return (context, ...numbers: readonly number[]): number | Promise<number> => {
    const args: EffectArgument[] = [];
    let outPtr = 0;
    let outMax = 0;
    let next = 0;
    for (const parameter of parameters) {
      const first = numbers[next++] ?? 0;
      if (parameter === 'number') {
        args.push(first);
        continue;
      }
      const length = (numbers[next++] ?? 0) >>> 0;
      if (parameter === 'in') {
        const bytes = context.memory.range(first, length);
        if (bytes === undefined) return HostCode.invalidArgument;
        if (length > maxInputBytes) return HostCode.limitExceeded;
        args.push(bytes.slice());
      } else {
        // Before the effect: bytes read from a stream could not be put back.
        if (context.memory.range(first, length) === undefined) return HostCode.invalidArgument;
        outPtr = first;
        outMax = length;
        args.push(length);
      }
    }
    const give = (result: EffectResult): number => {
      if (result.denied !== undefined) context.deny(result.denied);
      if (result.problem !== undefined) context.note(result.problem);
      if (result.bytes !== undefined && result.code >= 0) {
        // The memory may have moved while the guest waited, so the range is resolved again; it cannot have shrunk.
        context.memory.fill(outPtr, outMax, result.bytes);
      }
      return result.code;
    };
    const result = context.effects.perform(name, args);
    return result instanceof Promise ? result.then(give) : give(result);
  };
}
