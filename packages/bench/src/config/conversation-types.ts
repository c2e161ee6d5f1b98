import { ConfigNode, nearestKey } from '@testbench/types/config';

import { MAX_STEPS, MAX_TOOLS, MAX_TURNS } from './limits.js';
import type {
  BenchmarkConfig,
  ConversationConfig,
  ToolConfig,
  UserConfig,
} from './benchmark-config.js';
import { PLUGIN_KEYS, pluginShape } from './plugin-types.js';
import { type ConfigType, either, listOf, mapped, pathOf, shape } from './schema/config-type.js';
import { JSON_OBJECT, text, wholeNumber } from './schema/config-values.js';
import { CALLS, PARAMETERS, PRICE, refuse, TEMPLATE } from './stage-types.js';

/** Names of tools: what the servers of models allow. */
const TOOL_NAME = /^[A-Za-z0-9_-]{1,64}$/;

/** What a tool is told apart by, and how it is described to a model. */
export const TOOL_DEFINITION = {
  name: {
    required: true,
    type: text(TOOL_NAME, 'letters, digits, "_" or "-", at most 64'),
    description: 'How models call it.',
  },
  description: { type: text(), description: 'Tells the model what it does.' },
  parameters: {
    type: mapped(JSON_OBJECT, (schema, node) => {
      const type = schema['type'];
      if (type !== undefined && type !== 'object') {
        refuse(node, `its "type" is ${JSON.stringify(type)}, expected "object"`);
      }
      return schema;
    }),
    description: 'JSON Schema of its arguments, an object. Default: any object.',
  },
} as const;

/** A tool of a configuration. */
export const TOOL = pluginShape<ToolConfig>(
  {
    ...TOOL_DEFINITION,
    ...PLUGIN_KEYS,
    plugin: { ...PLUGIN_KEYS.plugin, required: false },
  },
  {
    optional: true,
    check(tool, node) {
      if (tool.plugin !== undefined) return;
      for (const key of ['config', 'limits', 'metering', 'permissions'] as const) {
        if (tool[key] === undefined) continue;
        refuse(node, `"${key}" is for a plugin, and there is no "plugin" that answers the tool`);
      }
    },
  },
);

/** Most steps of a turn. */
export const STEPS = wholeNumber(1, MAX_STEPS);

/** One text or several. */
const STOP: ConfigType<string | readonly string[]> = either<string, readonly string[]>(
  (value) => !Array.isArray(value),
  text(),
  listOf(text()),
);

const USER = pluginShape<UserConfig>({
  ...PLUGIN_KEYS,
  model: { required: true, type: text(), description: 'Its model.' },
  instructions: {
    required: true,
    type: TEMPLATE,
    description: 'What it is told about its role, a template over the record.',
  },
  stop: {
    type: STOP,
    description: 'A turn that contains one of these texts ends the conversation.',
  },
  parameters: { type: PARAMETERS, description: 'Further fields of its input.' },
  price: { type: PRICE, description: 'What its tokens cost.' },
  calls: { type: CALLS, description: 'How its calls are made: how many, how fast, how often.' },
});

/** How a case goes on after the first answer. */
export const CONVERSATION = shape<ConversationConfig>({
  maxTurns: {
    type: wholeNumber(1, MAX_TURNS),
    description: 'Turns of the user that are answered at most. Default: 10.',
  },
  stop: {
    type: STOP,
    description: 'The conversation ends once an answer contains one of these texts.',
  },
  user: { type: USER, description: 'A provider that plays the user.' },
});

/** Refuses what does not fit together: a tool that is defined twice, a choice of a tool that does not exist. */
export function checkTools(config: BenchmarkConfig, node: ConfigNode): void {
  const { tools = [], toolChoice, provider, providers = [] } = config;
  if (tools.length > MAX_TOOLS) {
    refuse(new ConfigNode(tools, 'tools'), `there are ${tools.length}, limit is ${MAX_TOOLS}`);
  }
  for (const { parameters, models = [] } of provider === undefined ? providers : [provider]) {
    const given = [parameters, ...models.map((model) => Object(model).parameters as unknown)];
    if (tools.length === 0 || !given.some((each) => Object.hasOwn(Object(each), 'tools'))) continue;
    refuse(node, '"tools" are among the parameters of a provider, too; only one of the two counts');
  }
  if (toolChoice === undefined || CHOICES.includes(toolChoice)) return;
  const names = tools.map(({ name }) => name);
  // A record may define further tools.
  if (names.includes(toolChoice) || config.dataset.fields?.tools !== undefined) return;
  const known = [...CHOICES, ...names];
  const near = nearestKey(toolChoice, known);
  const hint = near === undefined ? `; expected ${known.join(', ')}` : `, did you mean "${near}"?`;
  refuse(
    new ConfigNode(toolChoice, pathOf(node, 'toolChoice')),
    `there is no tool ${JSON.stringify(toolChoice)}${hint}`,
  );
}

/** Choices that name no tool. */
const CHOICES: readonly string[] = ['auto', 'none', 'required'];
