import type { BatchResult } from '@testbench/core';
import type { PluginInput } from '@testbench/types';

import { ServeError } from '../errors.js';
import { BATCH_GROUP } from '../limits.js';
import type { RouteCall } from '../server/route.js';
import { toProblem } from './problem.js';
import { CALL_FIELDS, type CalledPlugin, readCalled, readInput } from './read-call.js';
import { sendJson, sendStream, tooLarge } from './send.js';
import { toWireOutput } from './wire-output.js';

/** `POST /v1/execute`: runs one input through a plugin. */
export async function execute(call: RouteCall): Promise<void> {
  const { body, serving, signal, response } = call;
  const { id, options } = readCalled(body, serving.plugins, signal);
  const input = readInput(body, CALL_FIELDS);
  const output = await counted(call, id, () =>
    serving.plugins.system.executePlugin(id, input, options),
  );
  sendJson(response, toWireOutput(output), serving.limits.maxAnswerBytes);
}

/** `POST /v1/execute/batch`: runs several inputs; each result is in its place. */
export async function executeBatch(call: RouteCall): Promise<void> {
  const { body, serving, signal, response } = call;
  const called = readCalled(body, serving.plugins, signal);
  const inputs = readInputs(call);
  const { maxAnswerBytes } = serving.limits;
  const parts: string[] = [];
  let size = 0;
  for await (const result of runInGroups(call, called, inputs)) {
    const text = JSON.stringify(result);
    size += Buffer.byteLength(text) + 1;
    if (size > maxAnswerBytes) throw tooLarge(maxAnswerBytes);
    parts.push(text);
  }
  const answer = `{"results":[${parts.join(',')}]}`;
  response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' }).end(answer);
}

/** `POST /v1/execute/stream`: lines of JSON, for one input or for several. */
export async function executeStream(call: RouteCall): Promise<void> {
  const { body, serving, signal, response } = call;
  const called = readCalled(body, serving.plugins, signal);
  const isBatch = Object.hasOwn(body.object(), 'inputs');
  const events = isBatch
    ? runInGroups(call, called, readInputs(call))
    : streamOne(call, called, readInput(body, CALL_FIELDS));
  await sendStream(response, 'application/x-ndjson; charset=utf-8', toLines(events), signal);
}

function readInputs({ body, serving }: RouteCall): readonly PluginInput[] {
  const { maxBatch } = serving.limits;
  const inputs = body
    .fields([...CALL_FIELDS, 'inputs'])
    .required('inputs')
    .list();
  if (inputs.length > maxBatch) {
    throw new ServeError(
      'SERVE_TOO_LARGE',
      `Cannot run the batch: it has ${inputs.length} inputs, limit is ${maxBatch}`,
    );
  }
  return inputs.map((input) => readInput(input));
}

/** Results in order. No more than a group of them is held at a time. */
async function* runInGroups(
  call: RouteCall,
  { id, options }: CalledPlugin,
  inputs: readonly PluginInput[],
): AsyncGenerator<object> {
  const { system } = call.serving.plugins;
  for (let start = 0; start < inputs.length; start += BATCH_GROUP) {
    const group = inputs.slice(start, start + BATCH_GROUP);
    const results: readonly BatchResult[] = await system.executePluginBatch(id, group, options);
    for (const [index, result] of results.entries()) {
      const isDone = result.status === 'fulfilled';
      const ended = isDone ? 'ok' : toProblem(result.reason).code;
      call.serving.meter.called(id, ended);
      const place = { type: 'result', index: start + index };
      yield isDone
        ? { ...place, ...toWireOutput(result.value) }
        : { ...place, type: 'error', error: toProblem(result.reason) };
    }
  }
}

async function* streamOne(
  call: RouteCall,
  { id, options }: CalledPlugin,
  input: PluginInput,
): AsyncGenerator<object> {
  const { meter, plugins } = call.serving;
  const decoder = new TextDecoder();
  try {
    for await (const part of plugins.system.executePluginStream(id, input, options)) {
      if (part.type === 'chunk') {
        yield { type: 'chunk', text: decoder.decode(part.bytes, { stream: true }) };
      } else {
        yield { type: 'result', ...toWireOutput(part.output) };
      }
    }
    meter.called(id, 'ok');
  } catch (error) {
    meter.called(id, toProblem(error).code);
    throw error;
  }
}

/** Until a line has been sent, the status can say that the request failed; then the last line does. */
async function* toLines(events: AsyncIterable<object>): AsyncGenerator<string> {
  let hasBegun = false;
  try {
    for await (const event of events) {
      hasBegun = true;
      yield `${JSON.stringify(event)}\n`;
    }
  } catch (error) {
    if (!hasBegun) throw error;
    yield `${JSON.stringify({ type: 'error', error: toProblem(error) })}\n`;
  }
}

/** Runs a call and counts how it ended. */
export async function counted<Result>(
  { serving }: Pick<RouteCall, 'serving'>,
  id: string,
  run: () => Promise<Result>,
): Promise<Result> {
  try {
    const result = await run();
    serving.meter.called(id, 'ok');
    return result;
  } catch (error) {
    serving.meter.called(id, toProblem(error).code);
    throw error;
  }
}
