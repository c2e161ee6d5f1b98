import type { PluginType } from '@testbench/types';
import { CallError, ConfigError } from '@testbench/types/errors';

import type {
  PluginConfig,
  ResolvedBenchmarkConfig,
  ResolvedConversationConfig,
  ResolvedEvaluatorConfig,
  ResolvedProviderConfig,
} from '../config/benchmark-config.js';
import { DEFAULT_MAX_STEPS } from '../config/limits.js';
import { parseScript } from '../config/script-reference.js';
import { stageLimits } from '../config/stage-limits.js';
import { withoutUndefined } from '../config/without-undefined.js';
import { rejectSelfJudging } from '../judging/self-judging.js';
import { loadPrompts } from '../prompts/load-prompts.js';
import { Prompt } from '../prompts/prompt.js';
import { type LocateOptions, PluginLocator } from '../plugins/locate-plugin.js';
import { type ReplayProvider, ReplayLoader } from '../replay/replay-provider.js';
import { MAX_TOOL_RESULT_BYTES } from './conversation/limits.js';
import type { UserStage } from './conversation/simulated-user.js';
import { TOOL_CHECK, toolStageName, USER_STAGE } from './conversation/stage-names.js';
import type { ToolStage, ToolStages } from './conversation/tool-stages.js';
import { RecordStages } from './record-stages.js';
import { type BenchSystem, Stage, waitsForNetwork } from './stage.js';

/** A plugin that answers. */
export interface ProviderStage {
  readonly stage: Stage;
  readonly config: ResolvedProviderConfig;
  /** Holds the answers of a provider that replays a run, instead of a plugin. */
  readonly replay?: ReplayProvider;
}

/** A plugin that scores, and the additional record fields that it gets. */
export interface EvaluatorStage {
  readonly stage: Stage;
  readonly config: ResolvedEvaluatorConfig;
  /** Place in the configuration. */
  readonly path: string;
  /** Field of its input, and the path of the value in a record. */
  readonly fields: readonly (readonly [name: string, path: string])[];
}

/** A plugin that decides which results of a record count. */
export interface FilterStage {
  readonly stage: Stage;
  readonly droppedTexts: boolean;
}

/** All prompts and plugins of a run, loaded. */
export interface Pipeline {
  readonly prompts: readonly Prompt[];
  readonly providers: readonly ProviderStage[];
  readonly transforms: readonly Stage[];
  readonly evaluators: readonly EvaluatorStage[];
  /** Further evaluators that records name, if `dataset.fields.evaluators` is set. */
  readonly recordStages: RecordStages | undefined;
  readonly filters: readonly FilterStage[];
  /** Undefined if the configuration has no tools. */
  readonly tools?: ToolStages | undefined;
  /** The model that plays the user, if there is one. */
  readonly user?: UserStage | undefined;
  /** How cases go on after the first answer, if the configuration says so. */
  readonly conversation?: ResolvedConversationConfig | undefined;
  /** All stages, in the order in which a record passes them. */
  readonly stages: readonly Stage[];
  /** Unloads all plugins. */
  unload(): Promise<void>;
}

/** Which parts of a configuration are loaded. */
export interface LoadPipelineOptions extends LocateOptions {
  /** False for scoring again: answers are stored, and no model is called. @default true */
  readonly answers?: boolean;
}

/**
 * Loads the plugins of a configuration, each use under its own id, because configuration, limits and
 * permissions may differ between uses.
 *
 * @throws {LoadError} A plugin does not load; those loaded before are unloaded again.
 * @throws {ConfigError} `CONFIG_INVALID` for a plugin of the wrong type for its place, and for a judge that is itself tested.
 */
export async function loadPipeline(
  system: BenchSystem,
  config: ResolvedBenchmarkConfig,
  { answers = true, ...locating }: LoadPipelineOptions = {},
): Promise<Pipeline> {
  const loader = new PipelineLoader(system, config, locating);
  try {
    const prompts = await loadPrompts(config);
    const providers: ProviderStage[] = [];
    const replays = new ReplayLoader();
    const transforms: Stage[] = [];
    for (const [index, use] of config.providers.entries()) {
      // Evaluators ask them also when stored answers are scored.
      if (!answers && use.asked !== true) continue;
      const path = `providers[${index}]`;
      if (use.from !== undefined) {
        providers.push(await replays.load({ ...use, from: use.from }, path));
        continue;
      }
      const stage = await loader.load(use, ['provider'], path);
      if (use.asked !== true) checkSending(stage, config, path);
      providers.push({ stage, config: use });
    }
    if (answers) {
      for (const [index, use] of config.transforms.entries()) {
        transforms.push(await loader.load(use, ['transform'], `transforms[${index}]`));
      }
    }
    const tools = answers ? await loadTools(loader, config) : undefined;
    const user = answers ? await loadUser(loader, config.conversation?.user) : undefined;
    const evaluators: EvaluatorStage[] = [];
    for (const [index, use] of config.evaluators.entries()) {
      const path = `evaluators[${index}]`;
      const stage = await loader.load(use, ['evaluator', 'custom'], path, use.name);
      checkTurns(stage, use, path);
      evaluators.push({ stage, config: use, path, fields: Object.entries(use.fields ?? {}) });
    }
    rejectSelfJudging(config, evaluators);
    const filters: FilterStage[] = [];
    for (const [index, use] of config.filters.entries()) {
      const stage = await loader.load(use, ['filter'], `filters[${index}]`);
      filters.push({ stage, droppedTexts: use.droppedTexts ?? false });
    }
    const { stages } = loader;
    const loaded = providers.filter(({ replay }) => replay === undefined).length;
    const field = config.dataset.fields.evaluators;
    const recordStages =
      field === undefined
        ? undefined
        : new RecordStages(
            field,
            config.evaluators.map(({ name }) => name),
            (use, path) => loader.load(use, ['evaluator', 'custom'], path, use.name),
          );
    return {
      recordStages,
      prompts,
      providers,
      transforms,
      evaluators,
      filters,
      tools,
      user,
      conversation: config.conversation,
      // In the order in which a record passes them: replaying providers are asked like the others.
      stages: [...providers.map(({ stage }) => stage), ...stages.slice(loaded)],
      unload: () => loader.unload(),
    };
  } catch (error) {
    await loader.unload();
    throw error;
  }
}

/** An answer to a question about a picture that the model never got would be scored like any other. */
function checkSending(
  stage: Stage,
  { dataset: { attachments = [] } }: ResolvedBenchmarkConfig,
  path: string,
): void {
  const sent = attachments.find(({ send }) => send);
  if (sent === undefined || stage.readsAttachments) return;
  const { name } = stage.plugin.metadata;
  throw new ConfigError(
    'CONFIG_INVALID',
    path,
    `Cannot send ${JSON.stringify(sent.field)} of "dataset.attachments" with "${path}": the plugin ${JSON.stringify(name)} does not declare "multi_modal_evaluation"; use another provider, or write "send: false" for attachments that only evaluators read`,
  );
}

/** Sums are added over cases, and a case has one row: turns cannot be added without counting twice. */
function checkTurns(stage: Stage, { per }: ResolvedEvaluatorConfig, path: string): void {
  if (per !== 'turn' || stage.plugin.metadata.aggregate === undefined) return;
  throw new ConfigError(
    'CONFIG_INVALID',
    `${path}.per`,
    `Cannot use "${path}.per: turn": the plugin scores whole sets by sums, which count cases and not turns`,
  );
}

async function loadTools(
  loader: PipelineLoader,
  config: ResolvedBenchmarkConfig,
): Promise<ToolStages | undefined> {
  const { tools = [], toolChoice, maxSteps = DEFAULT_MAX_STEPS, limits, dataset } = config;
  if (tools.length === 0 && dataset.fields.tools === undefined) return undefined;
  const loaded: ToolStage[] = [];
  for (const [index, tool] of tools.entries()) {
    const { name, description, parameters, plugin, ...use } = tool;
    const definition = withoutUndefined({ name, description, parameters });
    const capped = { maxOutputBytes: MAX_TOOL_RESULT_BYTES, ...limits, ...use.limits };
    const stage =
      plugin === undefined
        ? undefined
        : await loader.load(
            { ...use, plugin, limits: capped },
            ['custom'],
            `tools[${index}]`,
            toolStageName(name),
          );
    loaded.push({ definition, stage });
  }
  const isAnswered = loaded.some(({ stage }) => stage !== undefined);
  const isChecked =
    isAnswered &&
    (dataset.fields.tools !== undefined ||
      tools.some(({ plugin, parameters }) => plugin !== undefined && parameters !== undefined));
  const check = isChecked
    ? await loader.load({ plugin: config.toolCheck ?? CHECKING_PLUGIN }, ['evaluator'], TOOL_CHECK)
    : undefined;
  if (check !== undefined) await checkSchemas(check, loaded);
  return { tools: loaded, check, choice: toolChoice, maxSteps };
}

/** Checks arguments in the sandbox: schemas may have patterns that take forever, and come from data sets. */
const CHECKING_PLUGIN = 'json-schema';

/** Finds schemas that cannot be used before anything is paid for. @throws {ConfigError} `CONFIG_INVALID`. */
async function checkSchemas(check: Stage, tools: readonly ToolStage[]): Promise<void> {
  const { signal } = new AbortController();
  for (const [index, { definition, stage }] of tools.entries()) {
    const { name, parameters } = definition;
    if (stage === undefined || parameters === undefined) continue;
    const path = `tools[${index}].parameters`;
    try {
      await check.call({ output: {}, schema: parameters }, name, signal);
    } catch (cause) {
      if (!(cause instanceof CallError)) throw cause;
      const message = `Cannot read "${path}": ${cause.message}`;
      throw new ConfigError('CONFIG_INVALID', path, message, { cause });
    }
  }
}

async function loadUser(
  loader: PipelineLoader,
  use: NonNullable<ResolvedBenchmarkConfig['conversation']>['user'],
): Promise<UserStage | undefined> {
  if (use === undefined) return undefined;
  const stage = await loader.load(use, ['provider'], 'conversation.user', USER_STAGE);
  const instructions = new Prompt(USER_STAGE, { template: use.instructions });
  return { stage, config: use, instructions };
}

class PipelineLoader {
  readonly stages: Stage[] = [];
  readonly #system: BenchSystem;
  readonly #config: ResolvedBenchmarkConfig;
  readonly #locator: PluginLocator;

  constructor(system: BenchSystem, config: ResolvedBenchmarkConfig, locating: LocateOptions) {
    this.#system = system;
    this.#config = config;
    this.#locator = new PluginLocator(config.pluginsDir, locating);
  }

  async unload(): Promise<void> {
    for (const stage of this.stages.splice(0).toReversed()) {
      await this.#system.unloadPlugin(stage.id);
    }
  }

  async load(
    use: PluginConfig,
    types: readonly PluginType[],
    path: string,
    name: string = path,
  ): Promise<Stage> {
    let stage = await this.#loadWith(use, path, name, types[0] === 'provider', use.config ?? {});
    this.stages.push(stage);
    this.#checkType(stage, use, types, path);
    if (!stage.waits) return stage;
    // The needs of a plugin that waits are known only once its metadata are loaded.
    const config = withoutRetries(stage, use, path);
    if (config === stage.config && types[0] === 'provider') return stage;
    await this.#system.unloadPlugin(stage.id);
    this.stages.pop();
    stage = await this.#loadWith(use, path, name, true, config);
    this.stages.push(stage);
    return stage;
  }

  async #loadWith(
    use: PluginConfig,
    path: string,
    name: string,
    waits: boolean,
    config: Readonly<Record<string, unknown>>,
  ): Promise<Stage> {
    const id = `${this.#config.name}/${path}`;
    const limits = stageLimits(this.#config.limits, use.limits, waits);
    const place = `${path}.${sourceOf(use)}`;
    const location = await this.#locator.locate(use.plugin, place, use.config);
    const { info } = await this.#system.loadPlugin(location.path, {
      id,
      config,
      limits,
      // So that fuel depends neither on earlier calls nor on where a run was cut.
      state: 'reset',
      ...(use.metering === undefined ? {} : { metering: use.metering }),
      ...(use.permissions === undefined ? {} : { permissions: use.permissions }),
    });
    return new Stage({ name, id, config, limits }, info, this.#system);
  }

  #checkType(stage: Stage, use: PluginConfig, types: readonly PluginType[], path: string): void {
    const actual = stage.plugin.metadata.pluginType;
    if (types.includes(actual)) return;
    throw new ConfigError(
      'CONFIG_INVALID',
      `${path}.${sourceOf(use)}`,
      `Cannot use ${JSON.stringify(use.plugin)} as "${path}": expected plugin type ${types.map((type) => `"${type}"`).join(' or ')}, found "${actual}"`,
    );
  }
}

/** The bench retries calls, because it can wait, sees the budget and keeps count; a plugin can do none of these. */
function withoutRetries(
  stage: Stage,
  use: PluginConfig,
  path: string,
): Readonly<Record<string, unknown>> {
  const properties = stage.plugin.metadata.configSchema?.['properties'];
  const hasRetries =
    typeof properties === 'object' && properties !== null && 'retries' in properties;
  if (!hasRetries || !waitsForNetwork(stage.plugin)) return stage.config;
  const given = use.config?.['retries'];
  if (given !== undefined && given !== 0) {
    throw new ConfigError(
      'CONFIG_INVALID',
      `${path}.config.retries`,
      `Cannot use "${path}.config.retries": the run itself makes calls again; write "${path}.calls.retries: ${JSON.stringify(given)}" instead`,
    );
  }
  return given === 0 ? stage.config : { ...stage.config, retries: 0 };
}

/** The key of a configuration that says where its plugin comes from. */
function sourceOf({ plugin }: PluginConfig): string {
  const script = parseScript(plugin);
  if (script === undefined) return 'plugin';
  return script.inline === undefined ? 'script' : 'inline';
}
