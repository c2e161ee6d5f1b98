import { API_VERSION } from '@testbench/types/abi';

import type { PlannedAttachments } from '../attachments/attachment-plan.js';
import type {
  FilterConfig,
  PluginConfig,
  ResolvedBenchmarkConfig,
} from '../config/benchmark-config.js';
import { DEFAULT_MAX_TURNS } from '../config/limits.js';
import { withoutUndefined } from '../config/without-undefined.js';
import type { UserStage } from '../run/conversation/simulated-user.js';
import type { Pipeline } from '../run/load-pipeline.js';
import type { Stage } from '../run/stage.js';
import {
  PLAN_FORMAT_VERSION,
  type Plan,
  type PlanContent,
  type PlannedPlugin,
  type PlannedUser,
} from './plan.js';
import { planDigest, runName } from './plan-digest.js';

/** The parts of a data set that go into a plan. */
export interface DatasetFacts {
  readonly digest: string;
  readonly count: number;
  readonly attachments?:
    | Pick<PlannedAttachments, 'digest' | 'files' | 'paths' | 'bytes'>
    | undefined;
}

/** Makes the plan of a configuration whose data set is open and whose plugins are loaded. */
export function makePlan(
  config: ResolvedBenchmarkConfig,
  pipeline: Pipeline,
  dataset: DatasetFacts,
): Plan {
  const content: PlanContent = {
    formatVersion: PLAN_FORMAT_VERSION,
    contract: API_VERSION,
    name: config.name,
    dataset: planDataset(config, dataset),
    prompts: pipeline.prompts.map(({ name, source }) => ({ name, ...source })),
    providers: pipeline.providers.map(({ stage, config: use }) => ({
      ...planPlugin(stage, use),
      as: use.name,
      models: use.models.map(({ name, parameters, price }) =>
        withoutUndefined({ name, parameters, price }),
      ),
      ...withoutUndefined({ asked: use.asked, prices: use.prices }),
    })),
    transforms: pipeline.transforms.map((stage, index) =>
      planPlugin(stage, config.transforms[index]!),
    ),
    evaluators: pipeline.evaluators.map(({ stage, config: use }) => ({
      ...planPlugin(stage, use),
      ...withoutUndefined({
        as: use.name,
        fields: use.fields ?? {},
        threshold: use.threshold,
        weight: use.weight,
        per: use.per === 'turn' ? ('turn' as const) : undefined,
        prices: use.prices,
      }),
    })),
    filters: pipeline.filters.map(({ stage, droppedTexts }, index) => ({
      ...planPlugin(stage, config.filters[index] as FilterConfig),
      droppedTexts,
    })),
    ...planConversations(config, pipeline),
    epochs: config.epochs,
    seed: config.seed,
    onError: config.onError,
  };
  return finishPlan(content, config);
}

/** Nothing for a configuration without tools and turns, whose plan stays what it was. */
function planConversations(
  { tools: uses = [], toolChoice, conversation, dataset }: ResolvedBenchmarkConfig,
  { tools, user }: Pipeline,
): Pick<PlanContent, 'tools' | 'toolCheck' | 'toolChoice' | 'maxSteps' | 'conversation'> {
  const planned = tools?.tools.map(({ definition: { name, ...definition }, stage }, index) => ({
    as: name,
    ...definition,
    ...(stage === undefined ? {} : { plugin: planPlugin(stage, uses[index]!) }),
  }));
  const isAnswered = tools?.tools.some(({ stage }) => stage !== undefined) === true;
  const hasTurns = conversation !== undefined || dataset.fields.turns !== undefined;
  const { maxTurns = DEFAULT_MAX_TURNS, stop = [] } = conversation ?? {};
  return withoutUndefined({
    tools: planned === undefined || planned.length === 0 ? undefined : planned,
    toolCheck: tools?.check && planPlugin(tools.check, {}),
    toolChoice,
    maxSteps: isAnswered ? tools.maxSteps : undefined,
    conversation: hasTurns
      ? withoutUndefined({ maxTurns, stop, user: user && planUser(user) })
      : undefined,
  });
}

function planUser({ stage, config }: UserStage): PlannedUser {
  const { model, parameters, instructions, stop, price } = config;
  return {
    ...planPlugin(stage, config),
    ...withoutUndefined({ model, parameters, instructions, stop, price }),
  };
}

/** Makes a plan from its content: adds the digest and the name of its run. */
export function finishPlan(content: PlanContent, config: ResolvedBenchmarkConfig): Plan {
  const digest = planDigest(content);
  return { digest, run: runName(content.name, digest), content, config };
}

function planPlugin(
  stage: Stage,
  use: Pick<PluginConfig, 'metering' | 'permissions'>,
): PlannedPlugin {
  // Only a host's own code has no digest, and a benchmark loads modules.
  const { metadata, digest = '' } = stage.plugin;
  return withoutUndefined({
    name: metadata.name,
    version: metadata.version,
    digest,
    config: stage.config,
    limits: stage.limits,
    metering: use.metering,
    permissions: use.permissions,
  });
}

/** The parts of a data set that go into a plan: its digest, the selection of records, and the fields. */
export function planDataset(
  config: ResolvedBenchmarkConfig,
  { digest, count, attachments: attached }: DatasetFacts,
): PlanContent['dataset'] {
  const { offset, fields, sample, shuffle, columns, attachments } = config.dataset;
  return withoutUndefined({
    digest,
    records: count,
    offset,
    sample,
    shuffle,
    fields: withoutUndefined({ ...fields }) as Readonly<Record<string, string>>,
    columns: columns ?? [],
    attachments:
      attached === undefined || attachments === undefined
        ? undefined
        : {
            fields: attachments,
            digest: attached.digest,
            files: attached.files,
            paths: attached.paths,
            bytes: attached.bytes,
          },
  });
}
