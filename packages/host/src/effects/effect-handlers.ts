import type { EffectArgument, EffectCall, EffectName, EffectResult } from '@testbench/types/abi';

/** The implementation of one function of `HOST_EFFECTS`. Arguments come from a guest and may have any type. */
export type EffectHandler = (
  args: readonly EffectArgument[],
) => EffectResult | Promise<EffectResult>;

/** Handlers by name; a function without one is refused. */
export type EffectHandlers = Partial<Record<EffectName, EffectHandler>>;

/** Handlers that keep something open during a call. */
export interface CallEffects {
  readonly handlers: EffectHandlers;
  beginCall(call: EffectCall): void;
  /** Closes everything that is open. */
  endCall(): void;
}
