import type { EffectArgument, EffectCall, EffectName, EffectResult } from '@testbench/types';

/** What one function of `HOST_EFFECTS` does. Arguments come from a guest and may be of any kind. */
type EffectHandler = (args: readonly EffectArgument[]) => EffectResult | Promise<EffectResult>;

/** Handlers by name; a function without one is refused. */
export type EffectHandlers = Partial<Record<EffectName, EffectHandler>>;

/** Handlers that keep something open during a call. */
export interface CallEffects {
  readonly handlers: EffectHandlers;
  beginCall(call: EffectCall): void;
  /** Closes what is open. */
  endCall(): void;
}

/** Functions of `HOST_EFFECTS` that this host offers; a plugin that imports another is not admitted. */
export const OFFERED_EFFECTS = [
  'host_set_state',
  'host_get_state',
  'host_delete_state',
  'host_env_get',
  'host_http_open',
  'host_http_head',
  'host_http_read',
  'host_http_close',
  'host_file_open',
  'host_file_read',
  'host_file_write',
  'host_file_close',
  'host_file_list',
] as const satisfies readonly EffectName[];
