import type { EffectArgument, EffectCall, EffectName, EffectResult } from '@testbench/types/abi';

/** What one function of `HOST_EFFECTS` does. Arguments come from a guest and may be of any kind. */
export type EffectHandler = (
  args: readonly EffectArgument[],
) => EffectResult | Promise<EffectResult>;

/** Handlers by name; a function without one is refused. */
export type EffectHandlers = Partial<Record<EffectName, EffectHandler>>;

/** Handlers that keep something open during a call. */
export interface CallEffects {
  readonly handlers: EffectHandlers;
  beginCall(call: EffectCall): void;
  /** Closes what is open. */
  endCall(): void;
}
