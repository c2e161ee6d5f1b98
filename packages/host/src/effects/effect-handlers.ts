import type { EffectArgument, EffectName, EffectResult } from '@testbench/types';

/** What one function of `HOST_EFFECTS` does. Arguments come from a guest and may be of any kind. */
export type EffectHandler = (
  args: readonly EffectArgument[],
) => EffectResult | Promise<EffectResult>;

/** Handlers by name; a function without one is refused. */
export type EffectHandlers = Partial<Record<EffectName, EffectHandler>>;
