import { EventEmitter } from 'node:events';

import type { CallUsage } from '@testbench/types/errors';

import type { PluginInfo } from './plugin-info.js';

/** A call that begins. */
export interface CallStartEvent {
  /** Unique in this process; the same in the call's end event. */
  readonly callId: number;
  readonly pluginId: string;
  readonly requestId?: string | undefined;
}

/** A call that has ended, well or not. */
export interface CallEndEvent extends CallStartEvent {
  /** Time until it got its turn, in milliseconds. */
  readonly queueTimeMs: number;
  /** Time from then on, in milliseconds. */
  readonly runTimeMs: number;
  /** `ok`, or the code of the error. */
  readonly outcome: string;
  readonly usage?: CallUsage | undefined;
  readonly hostCalls: number;
  readonly deniedCalls: number;
}

/** Events of a `PluginManager`, by name. */
export interface PluginEvents {
  'call-start': [CallStartEvent];
  'call-end': [CallEndEvent];
  'plugin-loaded': [PluginInfo];
  /** Another version has taken over; `reason` is `reload`, `rollback`, or `error-rate` for an automatic rollback. */
  'plugin-swapped': [PluginInfo & { readonly reason: 'reload' | 'rollback' | 'error-rate' }];
  'plugin-unloaded': [{ readonly id: string }];
  /** Its threads or processes died too often; it takes no calls for a while. */
  'plugin-quarantined': [PluginInfo];
  /** A watched file has changed, but the new version could not be loaded; the old one stays. */
  'reload-failed': [{ readonly id: string; readonly error: unknown }];
}

/** Notifies listeners. A listener that throws causes a process warning: it must not affect the call. */
export class PluginEmitter extends EventEmitter<PluginEvents> {
  notify<Name extends keyof PluginEvents>(name: Name, event: PluginEvents[Name][0]): void {
    if (this.listenerCount(name) === 0) return;
    try {
      (this as EventEmitter).emit(name, event);
    } catch (error) {
      process.emitWarning(error instanceof Error ? error : new TypeError(String(error)));
    }
  }
}
