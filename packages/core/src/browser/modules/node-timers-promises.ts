import { setImmediate as soon } from '../globals.js';

export function setImmediate(): Promise<void> {
  return new Promise(soon);
}
