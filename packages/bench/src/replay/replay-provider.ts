import type { PluginInfo } from '@testbench/core';

import type { ResolvedModelConfig, ResolvedProviderConfig } from '../config/benchmark-config.js';
import type { Sample } from '../dataset/selection/read-sample.js';
import type { Prompt, PromptContent } from '../prompts/prompt.js';
import { type BenchSystem, Stage } from '../run/stage.js';
import { sourceOf } from './expand-replays.js';
import { type ReplayedAnswer, ReplayRun } from './replay-run.js';

/** The fields that identify the case to answer. */
interface AskedCase {
  readonly prompt: Pick<Prompt, 'name'>;
  readonly model: Pick<ResolvedModelConfig, 'name'>;
  readonly epoch: number;
}

/** A provider that answers from a run: no plugin is loaded, and nothing is called. */
export class ReplayProvider {
  readonly stage: Stage;
  readonly config: ResolvedProviderConfig;
  readonly #run: ReplayRun;
  /** Name of the provider in the run. */
  readonly #source: string;

  constructor(run: ReplayRun, config: ResolvedProviderConfig, path: string) {
    this.#run = run;
    this.config = config;
    this.#source = sourceOf(config, run.run.plan.providers, path).as;
    const use = { name: path, id: path, config: { run: run.run.digest }, limits: {} };
    this.stage = new Stage(use, describe(run), NOTHING_IS_CALLED);
  }

  /** @throws What `ReplayRun.answer` throws. */
  answer({ id, index }: Sample, asked: AskedCase, prompt: PromptContent): ReplayedAnswer {
    const name = {
      index,
      prompt: asked.prompt.name,
      provider: this.#source,
      model: asked.model.name,
      epoch: asked.epoch,
    };
    return this.#run.answer(id, name, prompt);
  }
}

/** Opens the runs that providers replay, each of them once. */
export class ReplayLoader {
  readonly #runs = new Map<string, ReplayRun>();

  /** @param path Place of the provider in the configuration. */
  async load(
    use: ResolvedProviderConfig & { readonly from: string },
    path: string,
  ): Promise<{
    readonly stage: Stage;
    readonly config: ResolvedProviderConfig;
    readonly replay: ReplayProvider;
  }> {
    const run = this.#runs.get(use.from) ?? (await ReplayRun.open(use.from));
    this.#runs.set(use.from, run);
    const replay = new ReplayProvider(run, use, path);
    return { stage: replay.stage, config: use, replay };
  }
}

/** How plans and summaries describe the provider; the digest covers everything that it can answer. */
function describe({ digest }: ReplayRun): PluginInfo {
  const metadata = {
    name: 'replay',
    version: '1.0.0',
    description: 'Answers of an earlier run',
    author: '',
    pluginType: 'provider',
    capabilities: [],
    apiVersion: '1.0.0',
  } as const;
  return { metadata, digest } as Partial<PluginInfo> as PluginInfo;
}

const NOTHING_IS_CALLED = {} as BenchSystem;
