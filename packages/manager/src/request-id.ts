import type { PluginInput } from '@testbench/types';

/** What names the call in logs; an input that is none has no name, and is refused when it is written. */
export function requestIdOf(input: PluginInput | null | undefined): string | undefined {
  return input?.context?.requestId;
}
