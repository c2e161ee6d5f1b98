import { isDeepStrictEqual } from 'node:util';

import { parseWireJson } from '@testbench/types';
import { PluginError } from '@testbench/types/errors';

import { STEADY_CALLS } from '../limits.js';
import { growthOver } from './memory-growth.js';
import { ContractBreach, type GuestAnswer, type PlainGuest } from './plain-guest.js';
import { badInputs } from './samples.js';
import { failed, type Finding, ok, skipped, type Subject } from './subject.js';

/** Two instances that get the same calls return the same bytes. */
export function checkDeterminism(subject: Subject): Finding {
  const inputs = [...subject.inputs, ...subject.inputs].map((input) => subject.encode(input));
  const [first, second] = [subject.started(), subject.started()].map((guest) =>
    inputs.map((input) => describeAnswer(guest.execute(input))),
  );
  return isDeepStrictEqual(first, second)
    ? ok('two instances give the same')
    : failed(
        'two instances give different answers to the same calls; clock and chance come from the host',
      );
}

/** Memory does not grow with the number of calls. */
export function checkMemory(subject: Subject): Finding {
  const guest = subject.started();
  const inputs = [...subject.inputs, null].map((input) => subject.encode(input));
  let next = 0;
  const growth = growthOver(guest, () => {
    guest.execute(inputs[next % inputs.length]!);
    next += 1;
  });
  return growth === 0
    ? ok(`${guest.memoryBytes} bytes, the same after ${STEADY_CALLS} calls`)
    : failed(`memory grows by ${growth} bytes in ${STEADY_CALLS} calls; free what a call takes`);
}

/** A batch returns the same as single calls. */
export function checkBatch(subject: Subject): Finding {
  const batch = subject.started();
  if (!batch.has('plugin_execute_batch')) return skipped('it is not exported, which is fine');
  const singles = subject.started();
  const odd = badInputs(subject.inputs[0]).filter(({ broken, poisonous }) => !broken && !poisonous);
  // Long and deep ones would only make the batch large.
  const texts = [
    ...subject.inputs.map((input) => subject.encode(input)),
    ...odd.map(({ bytes }) => bytes),
  ]
    .filter(({ length }) => length < 4096)
    .map((bytes) => new TextDecoder().decode(bytes));
  const answers = texts.map((text) => describeAnswer(singles.execute(utf8(text))));
  const together = readList(batch, `[${texts.join(',')}]`);
  if (together.length !== texts.length) {
    throw new ContractBreach(`a batch of ${texts.length} gives ${together.length} entries`);
  }
  const differing = together.findIndex((entry, index) => !sameAnswer(entry, answers[index]!));
  if (differing !== -1) {
    return failed(
      `an entry of a batch is not what a call alone gives, for ${texts[differing]!.slice(0, 80)}`,
    );
  }
  if (readList(batch, '[]').length > 0) throw new ContractBreach('an empty batch gives entries');
  if (batch.executeBatch(utf8('{}')).ok)
    throw new ContractBreach('a batch that is no list is answered');
  return ok(`${texts.length} entries, each as in a call alone`);
}

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

function readList(guest: PlainGuest, text: string): unknown[] {
  const answer = guest.executeBatch(utf8(text));
  if (!answer.ok)
    throw new ContractBreach(`a batch is refused with ${answer.code}: ${answer.message}`);
  let list: unknown;
  try {
    list = parseWireJson(answer.bytes);
  } catch (error) {
    if (!PluginError.is(error)) throw error;
    throw new ContractBreach(`the output of a batch is wrong: ${error.message}`);
  }
  if (!Array.isArray(list)) throw new ContractBreach('the output of a batch is no list');
  return list;
}

/** The error code, or the output as text. */
function describeAnswer(answer: GuestAnswer): number | string {
  return answer.ok ? new TextDecoder().decode(answer.bytes) : answer.code;
}

function sameAnswer(entry: unknown, single: number | string): boolean {
  if (typeof single === 'string') return isDeepStrictEqual(entry, JSON.parse(single));
  const error = Object(entry) as { readonly error?: { readonly code?: unknown } };
  return error.error?.code === single;
}
