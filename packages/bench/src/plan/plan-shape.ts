import type { ConfigNode } from '@testbench/types/config';

import { BenchError } from '../errors.js';
import {
  amount,
  anyObject,
  anything,
  count,
  exactly,
  finite,
  flag,
  listOf,
  mapOf,
  parseStored,
  type Shape,
  text,
} from '../results/stored-shape.js';
import { PLAN_FORMAT_VERSION, type PlanContent } from './plan.js';

const REDUCER = /^(?:mean|median|mode|min|max|majority|(?:pass[@^]|at-least-)([1-9][0-9]{0,3}))$/;
/** As in a configuration. */
const MAX_EPOCHS = 1000;

const PRICE = exactly({ input: amount, output: amount }, { cachedInput: amount });
const PLUGIN: readonly [Record<string, Shape>, Record<string, Shape>] = [
  { name: text, version: text, digest: text, config: anyObject, limits: mapOf(anything) },
  { metering: anything, permissions: anyObject },
];

function onePlugin(
  required: Readonly<Record<string, Shape>> = {},
  optional: Readonly<Record<string, Shape>> = {},
): Shape {
  return exactly({ ...PLUGIN[0], ...required }, { ...PLUGIN[1], ...optional });
}

function plugin(...fields: Parameters<typeof onePlugin>): Shape {
  return listOf(onePlugin(...fields));
}

const epochsShape = exactly({
  count: (node) => node.wholeNumber(1, MAX_EPOCHS),
  reducer: (node) => REDUCER.test(node.text()) || node.reject('the name of a reducer'),
});

/** A reducer over k epochs needs at least k of them. */
function epochs(node: ConfigNode): void {
  epochsShape(node);
  const { count: given, reducer } = node.value as PlanContent['epochs'];
  if (Number(REDUCER.exec(reducer)![1] ?? 1) > given) {
    node.reject('as many epochs as its reducer needs');
  }
}

const CONVERSATION = exactly(
  { maxTurns: count, stop: listOf(text) },
  {
    user: onePlugin(
      { model: text, parameters: anyObject, instructions: text, stop: listOf(text) },
      { price: PRICE },
    ),
  },
);

const PLAN = exactly(
  {
    formatVersion: count,
    contract: text,
    name: (node) => node.text(),
    dataset: exactly(
      { digest: text, records: count, offset: count, fields: mapOf(text), columns: listOf(text) },
      {
        sample: anything,
        shuffle: anything,
        attachments: exactly({
          fields: listOf(exactly({ field: text, encoding: text, send: flag }, { mediaType: text })),
          digest: text,
          files: count,
          paths: count,
          bytes: count,
        }),
      },
    ),
    prompts: listOf(
      exactly(
        { name: text },
        {
          template: text,
          messages: listOf(exactly({ role: text, content: text })),
          parameters: anyObject,
        },
      ),
    ),
    providers: plugin(
      {
        as: text,
        models: listOf(exactly({ name: text, parameters: anyObject }, { price: PRICE })),
      },
      { asked: flag, prices: mapOf(PRICE) },
    ),
    transforms: plugin(),
    evaluators: plugin(
      { as: text, fields: mapOf(text), weight: finite },
      { threshold: finite, prices: mapOf(PRICE), per: (node) => node.oneOf(['turn']) },
    ),
    filters: plugin({ droppedTexts: flag }),
    epochs,
    seed: count,
    onError: (node) => node.oneOf(['missing', 'wrong']),
  },
  {
    tools: listOf(
      exactly({ as: text }, { description: text, parameters: anyObject, plugin: onePlugin() }),
    ),
    toolCheck: onePlugin(),
    toolChoice: text,
    maxSteps: count,
    conversation: CONVERSATION,
  },
);

const CURE = 'restore the file, or move the run away and run again';

/**
 * Reads a plan, treating it as untrusted.
 *
 * @param file Its path, for errors.
 * @throws {BenchError} `BENCH_RUN_DAMAGED`; `BENCH_RUN_VERSION` if it has another format.
 */
export function parsePlan(json: string, file: string): PlanContent {
  const plan = (node: ConfigNode): void => {
    const { formatVersion } = node.object();
    if (typeof formatVersion === 'number' && formatVersion !== PLAN_FORMAT_VERSION) {
      throw new BenchError(
        'BENCH_RUN_VERSION',
        `Cannot read ${JSON.stringify(file)}: the plan has format ${formatVersion}, and this version reads format ${PLAN_FORMAT_VERSION}; use the version that wrote it, or run again into another folder`,
        { file },
      );
    }
    PLAN(node);
  };
  return parseStored(json, plan, { file, cure: CURE }) as PlanContent;
}
