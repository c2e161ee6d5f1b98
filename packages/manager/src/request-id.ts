import type { PluginInput } from '@testbench/types';

/** The id of the call in logs; an invalid input has none, and is refused when it is encoded. */
export function requestIdOf(input: PluginInput | null | undefined): string | undefined {
  return input?.context?.requestId;
}
