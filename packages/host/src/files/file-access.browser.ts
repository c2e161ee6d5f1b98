import { HostCode } from '@testbench/types/abi';

import { EffectFailure } from '../effects/effect-failure.js';
import type { FileAccess } from './file-access.js';

/** Files in a browser: there are none, regardless of grants, and the log says so. */
export function createFileAccess(): FileAccess {
  const refuse = async (): Promise<never> => {
    throw new EffectFailure(HostCode.permissionDenied, 'a browser has no files to grant');
  };
  return { openForReading: refuse, openForWriting: refuse, list: refuse };
}
