import type { CustomFunctionName, EffectResult, ProtocolSteps } from '@testbench/types/abi';
import type { HostFunctionAnswer, HostFunctionCall } from '@testbench/types/protocols';

import { fromBase64, toBase64 } from './base64.js';
import type { GuestEnvironment } from './guest-environment.js';
import { trapped } from './kernel.js';
import { MAX_ANSWER_BYTES } from './limits.js';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * Calls one of the host's own functions for a guest: blocks whose offsets are among the arguments go along as copies, and a block that the function
 * returns becomes one of the guest's.
 *
 * @param name As `hostFunctions` of the host has it.
 * @throws {CallError} `CALL_TRAPPED` if it is not permitted, or fails.
 */
export function* callHostFunction(
  environment: GuestEnvironment,
  name: string,
  values: readonly (number | bigint)[],
): ProtocolSteps<number | bigint | undefined> {
  const { kernel, guest } = environment;
  const blocks: Record<string, string> = {};
  let length = 0;
  for (const [index, value] of values.entries()) {
    const block = typeof value === 'bigint' ? kernel.find(value) : undefined;
    if (block === undefined) continue;
    length += block.length;
    if (length > MAX_ANSWER_BYTES) throw failed(name, 'its blocks are larger than 1 MiB');
    environment.charge(block.length);
    blocks[index] = toBase64(block);
  }
  const call: HostFunctionCall = {
    values: values.map((value) => (typeof value === 'bigint' ? String(value) : value)),
    blocks,
  };
  const input = encoder.encode(JSON.stringify(call));
  const result = (yield guest.perform(name as CustomFunctionName, [
    input,
    MAX_ANSWER_BYTES,
  ])) as EffectResult;
  if (result.code < 0 || result.bytes === undefined) {
    throw failed(name, `it is not permitted, or failed (host code ${result.code})`);
  }
  return readAnswer(environment, name, result.bytes);
}

function readAnswer(
  environment: GuestEnvironment,
  name: string,
  bytes: Uint8Array,
): number | bigint | undefined {
  // The host's own function, wherever this runs: its answer need not be suspected, but its form may be wrong.
  const { value, block, error } = Object(
    JSON.parse(decoder.decode(bytes)),
  ) as Partial<HostFunctionAnswer>;
  try {
    if (error !== undefined) environment.kernel.setError(encoder.encode(error));
    if (block !== undefined) return environment.give(fromBase64(block));
    return typeof value === 'string' ? BigInt(value) : value;
  } catch (cause) {
    if (cause instanceof SyntaxError || cause instanceof DOMException) {
      throw failed(name, 'its answer has the wrong form', cause);
    }
    throw cause;
  }
}

function failed(name: string, state: string, cause?: unknown): Error {
  return trapped(`host function ${JSON.stringify(name)}: ${state}`, cause);
}
