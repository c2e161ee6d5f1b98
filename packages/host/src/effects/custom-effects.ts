import type { PermissionSet } from '@testbench/sandbox';
import { truncateText, escapeText, onAbort, parseWireJson } from '@testbench/types';
import {
  type CustomHostFunction,
  type EffectCall,
  type EffectResult,
  HostCode,
  type LogSink,
} from '@testbench/types/abi';
import { type ConfigNode, readOptions } from '@testbench/types/config';
import { PluginError } from '@testbench/types/errors';

import { utf8 } from '../guest-view.js';
import {
  MAX_CUSTOM_ANSWER_BYTES_PER_CALL,
  MAX_CUSTOM_JSON_BYTES,
  MAX_LOG_RECORDS_PER_CALL,
} from '../limits.js';
import { CallFacts, CustomCall, give, keptFor, spend } from './custom-call.js';
import type { EffectHandler } from './effect-handlers.js';
import { bytesAt, sizeAt } from './read-argument.js';

/** Functions that a host offers in addition to those of the contract, and what they need. */
export interface CustomFunctionServices {
  /** By name, such as `mine.lookup`. */
  readonly functions: ReadonlyMap<string, CustomHostFunction>;
  readonly pluginId: () => string;
  /** False where the guest cannot wait for a promise: inline, in an engine without JSPI. @default true */
  readonly canWait?: boolean;
  /** Receives the reason for a function's failure, which is not reported to the guest. @default dropped */
  readonly onLog?: LogSink;
  /** The clock of log records. @default Date.now */
  readonly now?: () => number;
}

/** @throws {ConfigError} For an unknown key or a wrong value. */
export function readServices(services: ConfigNode): CustomFunctionServices {
  return readOptions<CustomFunctionServices>(
    services.value,
    {
      functions: (node) => node.implementation('get', 'entries'),
      pluginId: (node) => node.callback(),
      canWait: (node) => node.boolean(),
      onLog: (node) => node.callback(),
      now: (node) => node.callback(),
    },
    services.path,
    ['functions', 'pluginId'],
  );
}

/** Handlers by name, and hooks for the begin and end of a call. */
interface CustomEffects {
  readonly handlers: ReadonlyMap<string, EffectHandler>;
  beginCall(call: EffectCall): void;
  endCall(): void;
}

/** Maximum length of an error's text in the log. */
const MAX_REASON_LENGTH = 1000;

const cancelled: EffectResult = { code: HostCode.cancelled };

/** The host's own functions: JSON in, JSON out, each only if granted. */
export function customEffects(
  services: CustomFunctionServices | undefined,
  permissions: PermissionSet,
): CustomEffects {
  let begun: EffectCall | undefined;
  let current: CustomCall | undefined;

  const handle = (
    name: string,
    run: CustomHostFunction,
    bytes: Uint8Array | undefined,
    max: number,
  ): EffectResult | Promise<EffectResult> => {
    const what = `host function "${name}"`;
    if (!permissions.allowsHostFunction(name)) {
      return { code: HostCode.permissionDenied, denied: what };
    }
    if (bytes === undefined) return { code: HostCode.invalidArgument };
    if (begun === undefined) return cancelled;
    const call = (current ??= new CustomCall(begun));
    if (call.signal.over) return cancelled;
    const kept = keptFor(call, name, bytes);
    if (kept !== undefined) return give(call, kept, max);
    const excess = spend(call, bytes);
    if (excess !== undefined) {
      return { code: HostCode.limitExceeded, problem: `${what}: ${excess}` };
    }
    let input: unknown;
    try {
      input = parseWireJson(bytes);
    } catch (error) {
      if (!PluginError.is(error)) throw error;
      const problem = `${what}: its input is refused: ${error.message}`;
      return { code: HostCode.invalidArgument, problem };
    }
    const finish = (value: unknown): EffectResult => {
      const answer = encodeAnswer(value);
      if (typeof answer === 'string') return fail(call, what, answer);
      call.answerBytes += answer.length;
      if (answer.length > MAX_CUSTOM_JSON_BYTES) {
        return tooLarge(`its answer has ${answer.length} bytes, limit is ${MAX_CUSTOM_JSON_BYTES}`);
      }
      if (call.answerBytes > MAX_CUSTOM_ANSWER_BYTES_PER_CALL) {
        return tooLarge(
          `the answers of this call have more than ${MAX_CUSTOM_ANSWER_BYTES_PER_CALL} bytes`,
        );
      }
      return give(call, { name, input: bytes, answer }, max);
    };
    const tooLarge = (why: string): EffectResult => ({
      code: HostCode.limitExceeded,
      problem: `${what}: ${why}`,
    });
    const facts = new CallFacts(services?.pluginId() ?? '', call);
    try {
      const value = run(input, facts);
      if (!isThenable(value)) {
        facts.release();
        return finish(value);
      }
      const settled = settle(value, call, facts);
      if (services?.canWait === false) {
        facts.end();
        return fail(
          call,
          what,
          'it gave a promise, and inline this engine cannot wait for one (JSPI)',
        );
      }
      return settled.then((outcome) => {
        if (outcome === undefined || current !== call) return cancelled;
        return 'value' in outcome
          ? finish(outcome.value)
          : fail(call, what, describeError(outcome.error));
      });
    } catch (error) {
      facts.release();
      return fail(call, what, describeError(error));
    }
  };

  /** Logs the reason for the operator, and reports only a failure to the guest: an error may quote data that no plugin should see. */
  const fail = (call: CustomCall, what: string, reason: string): EffectResult => {
    call.records += 1;
    const { requestId } = call.call;
    if (call.records <= MAX_LOG_RECORDS_PER_CALL) {
      try {
        services?.onLog?.({
          pluginId: services.pluginId(),
          level: 'warn',
          message: escapeText(`${what} failed: ${truncateText(reason, MAX_REASON_LENGTH)}`),
          timestampMs: (services.now ?? Date.now)(),
          ...(requestId === undefined ? {} : { requestId }),
        });
      } catch {
        // A failing sink is not the plugin's fault, and cannot be reported: the record is lost.
      }
    }
    return { code: HostCode.inputOutput };
  };

  return {
    handlers: new Map(
      Array.from(services?.functions ?? [], ([name, run]) => [
        name,
        (args) => handle(name, run, bytesAt(args, 0), sizeAt(args, 1)),
      ]),
    ),
    beginCall(call) {
      begun = call;
    },
    endCall() {
      const ended = current;
      begun = undefined;
      current = undefined;
      ended?.signal.end();
    },
  };
}

/** UTF-8 of the value as JSON; undefined becomes null. @returns A string describing the problem, if there is one. */
function encodeAnswer(value: unknown): Uint8Array | string {
  if (value === undefined) return utf8('null');
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch (error) {
    return `its answer is not JSON: ${describeError(error)}`;
  }
  return text === undefined
    ? `its answer is not JSON: a ${typeof value} has no JSON form`
    : utf8(text);
}

type Outcome = { readonly value: unknown } | { readonly error: unknown };

/** The outcome of a promise; undefined if the call ends first. It never rejects. */
async function settle(
  value: PromiseLike<unknown>,
  call: CustomCall,
  facts: CallFacts,
): Promise<Outcome | undefined> {
  let unwatch = (): void => {};
  const over = new Promise<undefined>((resolve) => {
    unwatch = onAbort(call.signal.signal, () => resolve(undefined));
  });
  const outcome = await Promise.race([outcomeOf(value), over]);
  unwatch();
  if (call.signal.over) return undefined;
  facts.release();
  return outcome;
}

async function outcomeOf(value: PromiseLike<unknown>): Promise<Outcome> {
  try {
    return { value: await value };
  } catch (error) {
    return { error };
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as { readonly then?: unknown }).then === 'function'
  );
}

/** Name and message of an error, never its stack. */
function describeError(error: unknown): string {
  try {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  } catch {
    return 'it threw something that has no text';
  }
}
