import { escapeText } from '@testbench/types';
import {
  type EffectArgument,
  type EffectResult,
  HostCode,
  type ProtocolHost,
} from '@testbench/types/abi';

import { lenientText } from './guest-view.js';
import type { HostContext } from './host-context.js';
import { MAX_EFFECT_INPUT_BYTES, MAX_ERROR_BYTES, MAX_LOG_RECORD_BYTES } from './limits.js';

const cancelled: EffectResult = { code: HostCode.cancelled };

/** What the adapter of a guest's protocol may do for it: as host functions do, within the same limits and permissions. */
export function protocolHostOf(context: HostContext): ProtocolHost {
  return {
    perform(name, args) {
      const { call } = context;
      if (call === undefined) return cancelled;
      if (context.stopped !== undefined) throw context.stopped;
      context.beginFunction(name);
      if (bytesOf(args) > MAX_EFFECT_INPUT_BYTES) return { code: HostCode.limitExceeded };
      const note = (result: EffectResult): EffectResult => {
        if (result.denied !== undefined) context.deny(result.denied);
        if (result.problem !== undefined) context.note(result.problem);
        context.memory.touchedBytes += bytesOf(args) + (result.bytes?.length ?? 0);
        // An abandoned call may be over, and another one may have started.
        if (context.call === call) context.charge(true);
        return result;
      };
      const result = context.effects.perform(name, args);
      return result instanceof Promise ? result.then(note) : note(result);
    },
    log(level, text) {
      if (context.call === undefined) return;
      context.beginFunction('host_log');
      context.log(level, () => lenientText(text.subarray(0, MAX_LOG_RECORD_BYTES)));
    },
    report(text) {
      if (context.call === undefined) return;
      context.beginFunction('host_error');
      const words = lenientText(text.subarray(0, MAX_ERROR_BYTES));
      context.failure = { message: escapeText(words) };
    },
  };
}

function bytesOf(args: readonly EffectArgument[]): number {
  return args.reduce<number>((sum, arg) => sum + (typeof arg === 'number' ? 0 : arg.length), 0);
}
