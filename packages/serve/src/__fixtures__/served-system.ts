import { PluginSystem } from '@testbench/core';
import { assemble, guestWat } from '@testbench/test-kit';
import type { CustomPlugin, EvaluatorPlugin, ProviderPlugin } from '@testbench/types';

const encoder = new TextEncoder();

const sameText: EvaluatorPlugin = {
  metadata: { name: 'same', version: '1.2.0', pluginType: 'evaluator', description: 'Compares' },
  evaluate: ({ output, expected }, call) => {
    call.reportMetric('characters', String(output).length);
    return { score: output === expected ? 1 : 0 };
  },
};

/** Streams its text in parts that do not end at characters, and says how it was called. */
const speaker: ProviderPlugin = {
  metadata: { name: 'speaker', version: '1.0.0', pluginType: 'provider' },
  async complete({ model, messages = [], stream, ...others }, call) {
    const text = `${model}: ${String(messages.at(-1)?.content)} é😀`;
    const bytes = encoder.encode(text);
    if (model === 'silent') throw new Error('the upstream has gone');
    if (stream === true && model !== 'whole') {
      for (let at = 0; at < bytes.length; at += 3) await call.emit(bytes.slice(at, at + 3));
    }
    if (model === 'breaking') throw new Error('the upstream has gone');
    const usage = { prompt_tokens: 3, completion_tokens: 4 };
    const calls = others['tools'] === undefined ? {} : { tool_calls: [CALL] };
    const reason = others['max_tokens'] === 1 ? 'length' : 'stop';
    return { text: others['tools'] ? '' : text, model, usage, finish_reason: reason, ...calls };
  },
};
const CALL = { id: 'c1', name: 'now', arguments: '{}' };

/** Answers when the test says so. */
export class Waiter implements CustomPlugin {
  readonly metadata = { name: 'waiter', version: '1.0.0', pluginType: 'custom' } as const;
  readonly #release: (() => void)[] = [];
  /** Signals of the calls so far. */
  readonly signals: AbortSignal[] = [];

  async run(data: unknown, { signal }: { readonly signal: AbortSignal }): Promise<unknown> {
    this.signals.push(signal);
    await new Promise<void>((resolve) => {
      this.#release.push(resolve);
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
    return data;
  }

  release(): void {
    for (const resolve of this.#release.splice(0)) resolve();
  }
}

const large: CustomPlugin = {
  metadata: { name: 'large', version: '1.0.0', pluginType: 'custom' },
  run: (data) => 'x'.repeat(Number(data)),
};

/** A system with an evaluator, a provider, one that waits, one that answers at length, and one that traps. */
export async function openServed(): Promise<{
  readonly system: PluginSystem;
  readonly waiter: Waiter;
}> {
  const system = new PluginSystem();
  const waiter = new Waiter();
  for (const plugin of [sameText, speaker, waiter, large]) await system.registerPlugin(plugin);
  const trapping = assemble(guestWat({ execute: '(unreachable)' }));
  await system.loadPluginFromBytes('trapping', trapping, { isolation: 'inline' });
  return { system, waiter };
}
