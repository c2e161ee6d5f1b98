import type { EvaluatorResult } from '@testbench/types';
import { nearestKey } from '@testbench/types/config';
import { CallError } from '@testbench/types/errors';
import type { ToolCall } from '@testbench/types/tools';

import { isObject } from '../../is-object.js';
import type { TranscriptEntry } from '../../results/result-row.js';
import type { Stage } from '../stage.js';
import { MAX_TOLD_CHARACTERS } from './limits.js';
import type { OfferedTools } from './tool-stages.js';

/** The result of a plugin's call. */
interface ToolAnswer {
  readonly data: unknown;
  /** Undefined if it depends on what servers send. */
  readonly fuel: number | undefined;
}

/** How a tool is called. */
export interface ToolCaller {
  /** @throws {CallError} The plugin failed; other errors end the run. */
  (stage: Stage, data: object): Promise<ToolAnswer>;
}

/** What a tool's call comes to: the part of its entry that says so. */
export type ToolOutcome = Pick<TranscriptEntry, 'content' | 'error' | 'fuel'>;

/** Answers calls of tools that plugins answer. */
export class ToolAnswerer {
  readonly #offered: OfferedTools;
  readonly #check: Stage | undefined;
  readonly #call: ToolCaller;
  readonly #record: Readonly<Record<string, unknown>>;

  /** @param check Checks arguments. @param record Handed to plugins that read it. */
  constructor(
    offered: OfferedTools,
    check: Stage | undefined,
    call: ToolCaller,
    record: Readonly<Record<string, unknown>>,
  ) {
    this.#offered = offered;
    this.#check = check;
    this.#call = call;
    this.#record = record;
  }

  /**
   * Answers one call. Whatever is wrong with the call or its plugin goes back to the model, which may try again: it is part of what is evaluated.
   *
   * @throws {CallError} The schema of the tool is wrong. Errors that are not those of a plugin's call.
   */
  async answer({ name, arguments: text }: ToolCall): Promise<ToolOutcome> {
    const tool = this.#offered.find(name);
    if (tool?.stage === undefined) return refuse('TOOL_UNKNOWN', this.#unknown(name));
    const given = parseArguments(text);
    if (given === undefined) {
      return refuse('TOOL_ARGUMENTS_INVALID', 'the arguments are not a JSON object');
    }
    let fuel = 0;
    const { parameters } = tool.definition;
    if (parameters !== undefined && this.#check !== undefined) {
      const checked = await this.#call(this.#check, { output: given, schema: parameters });
      fuel += checked.fuel ?? 0;
      const { score, explanation = 'the schema refuses them' } = checked.data as EvaluatorResult;
      if (score < 1) return { ...refuse('TOOL_ARGUMENTS_REFUSED', explanation), fuel };
    }
    try {
      const data = { tool: name, arguments: given, record: this.#record };
      const answer = await this.#call(tool.stage, handedTo(tool.stage, data));
      const content = typeof answer.data === 'string' ? answer.data : JSON.stringify(answer.data);
      return answer.fuel === undefined ? { content } : { content, fuel: fuel + answer.fuel };
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      return refuse(error.code, error.message);
    }
  }

  #unknown(name: string): string {
    const { names } = this.#offered;
    const near = nearestKey(name, names);
    const hint =
      near === undefined ? `; there are: ${names.join(', ')}` : `, did you mean "${near}"?`;
    return `there is no tool ${JSON.stringify(name.slice(0, MAX_TOLD_CHARACTERS))}${hint}`;
  }
}

/** What a model is told in place of a result. */
export function refuse(error: string, message: string): ToolOutcome {
  const told =
    message.length > MAX_TOLD_CHARACTERS ? `${message.slice(0, MAX_TOLD_CHARACTERS)}…` : message;
  return { content: JSON.stringify({ error: told.toWellFormed() }), error };
}

/** Only objects are arguments. A model without arguments may write nothing. */
function parseArguments(text: string): object | undefined {
  if (text.trim() === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The arguments are always handed over: a call without them would be pointless. */
function handedTo(stage: Stage, data: { readonly arguments: object }): object {
  return { ...stage.handed(data), arguments: data.arguments };
}
