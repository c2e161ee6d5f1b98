import type { EffectArgument, EffectName, EffectResult } from '@testbench/types';

/** What one function of `HOST_EFFECTS` does. Arguments come from a guest and may be of any kind. */
type EffectHandler = (args: readonly EffectArgument[]) => EffectResult | Promise<EffectResult>;

/** Handlers by name; a function without one is refused. */
export type EffectHandlers = Partial<Record<EffectName, EffectHandler>>;

/** Functions of `HOST_EFFECTS` that this host offers; a plugin that imports another is not admitted. */
export const OFFERED_EFFECTS = [
  'host_set_state',
  'host_get_state',
  'host_delete_state',
  'host_env_get',
] as const satisfies readonly EffectName[];
