import { DEFAULT_LIMITS } from '@testbench/types';
import { GuestCode } from '@testbench/types/abi';

import { ContractBreach, type GuestAnswer } from './plain-guest.js';
import { badInputs } from './samples.js';
import { failed, type Finding, ok, type Subject, warning } from './subject.js';

/** Good inputs give an output of the right shape for the plugin's type. */
export function checkGoodInputs(subject: Subject): Finding {
  const guest = subject.started();
  let refused = '';
  for (const input of subject.inputs) {
    const answer = guest.execute(subject.encode(input));
    subject.read(answer);
    if (!answer.ok) {
      const words = answer.message === '' ? '' : `: ${answer.message}`;
      refused = `refuses ${JSON.stringify(input).slice(0, 80)} with ${answer.code}${words}; give an input that it takes with --input`;
    }
  }
  return refused === '' ? ok(`${subject.inputs.length} answered`) : warning(refused);
}

/** On any input, the plugin answers or refuses, does not trap, and continues as before. */
export function checkBadInputs(subject: Subject): Finding {
  const inputs = badInputs(subject.inputs[0]);
  const problems: string[] = [];
  const remarks: string[] = [];
  let guest = subject.started();
  for (const { name, bytes, broken, poisonous } of inputs) {
    try {
      const answer = guest.execute(bytes);
      if (broken && answer.ok) {
        remarks.push(`answers ${name} as if it were JSON`);
      } else if (broken && !answer.ok && answer.code !== GuestCode.invalidInput) {
        remarks.push(`refuses ${name} with ${answer.code}, not ${GuestCode.invalidInput}`);
      }
      if (poisonous && !isReadable(subject, answer)) {
        remarks.push(`hands ${name} on, which a host refuses as an output`);
      } else {
        subject.read(answer);
      }
      if (guest.memoryBytes > DEFAULT_LIMITS.maxMemoryBytes) {
        throw new ContractBreach(`it takes ${guest.memoryBytes} bytes of memory`);
      }
      if (!answer.ok && answer.code >= 0) problems.push(`answers ${answer.code} to ${name}`);
      subject.read(guest.execute(subject.encode(subject.inputs[0])));
    } catch (error) {
      if (!(error instanceof ContractBreach)) throw error;
      problems.push(`given ${name}, ${error.message}`);
      guest = subject.started();
    }
  }
  const [problem] = problems;
  if (problem !== undefined) return failed(`${problem}${more(problems)}`);
  const [remark] = remarks;
  if (remark !== undefined) return warning(`${remark}${more(remarks)}`);
  return ok(`${inputs.length} refused or answered`);
}

function isReadable(subject: Subject, answer: GuestAnswer): boolean {
  try {
    subject.read(answer);
    return true;
  } catch (error) {
    if (error instanceof ContractBreach) return false;
    throw error;
  }
}

function more({ length }: readonly string[]): string {
  return length > 1 ? ` (and ${length - 1} more)` : '';
}
