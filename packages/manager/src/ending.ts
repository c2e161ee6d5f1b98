import { CallError, type CallErrorCode } from '@testbench/types/errors';

/** Why running or waiting calls are ended: the plugin is unloaded, its version is replaced, or the manager is closed. */
export type Ending = 'unloaded' | 'replaced' | 'closed';

const CODES: Readonly<Record<Ending, CallErrorCode>> = {
  unloaded: 'CALL_UNLOADED',
  replaced: 'CALL_REPLACED',
  closed: 'CALL_SHUT_DOWN',
};
const STATES: Readonly<Record<Ending, string>> = {
  unloaded: 'the plugin was unloaded',
  replaced: 'another version has taken its place',
  closed: 'the system is closed',
};

/** The error of a call that was ended. @param action What it was about to do, as in "Cannot … call". */
export function endedCall(ending: Ending, action: 'start' | 'finish'): CallError {
  return new CallError(CODES[ending], `Cannot ${action} call: ${STATES[ending]}`);
}
