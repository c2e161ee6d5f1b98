import type { ToolDefinition } from '../../dataset/selection/read-tools.js';
import type { RecordTool } from '../../dataset/selection/read-tools.js';
import { nearestKey } from '@testbench/types/config';
import { CallError } from '@testbench/types/errors';
import type { Stage } from '../stage.js';

/** A tool, and the plugin that answers it, if there is one. */
export interface ToolStage {
  readonly definition: ToolDefinition;
  readonly stage: Stage | undefined;
}

/** The tools of a configuration, loaded. */
export interface ToolStages {
  readonly tools: readonly ToolStage[];
  /** Checks arguments; undefined if no plugin answers tools. */
  readonly check: Stage | undefined;
  readonly choice: string | undefined;
  readonly maxSteps: number;
}

/** The tools that are offered in a case. */
export class OfferedTools {
  readonly #tools: ReadonlyMap<string, ToolStage>;
  readonly #choice: string | undefined;

  /**
   * @param own Tools of the record; undefined if it does not say.
   * @throws {CallError} `CALL_INVALID_INPUT`: the record names a tool that the configuration does not have.
   */
  constructor({ tools, choice }: ToolStages, own: readonly RecordTool[] | undefined) {
    const known = new Map(tools.map((tool) => [tool.definition.name, tool]));
    const offered = own?.map((tool): ToolStage => {
      if (typeof tool !== 'string') return { definition: tool, stage: known.get(tool.name)?.stage };
      return known.get(tool) ?? refuseName(tool, [...known.keys()]);
    });
    this.#tools = new Map((offered ?? tools).map((tool) => [tool.definition.name, tool]));
    this.#choice = choice;
  }

  get names(): readonly string[] {
    return [...this.#tools.keys()];
  }

  /** True if a plugin answers at least one of them. */
  get areAnswered(): boolean {
    return [...this.#tools.values()].some(({ stage }) => stage !== undefined);
  }

  find(name: string): ToolStage | undefined {
    return this.#tools.get(name);
  }

  /** The fields of a provider's input. @param isFirst Only the first step of a turn is told to call a tool: else it would never answer. */
  wire(isFirst: boolean): object {
    if (this.#tools.size === 0) return {};
    const choice = this.#choice;
    const isForced = choice !== undefined && choice !== 'auto' && choice !== 'none';
    return {
      tools: Array.from(this.#tools.values(), ({ definition }) => toWire(definition)),
      ...(choice === undefined
        ? {}
        : { tool_choice: isForced && !isFirst ? 'auto' : wireChoice(choice) }),
    };
  }
}

function toWire({ name, description, parameters }: ToolDefinition): object {
  return {
    type: 'function',
    function: {
      name,
      ...(description === undefined ? {} : { description }),
      parameters: parameters ?? ANY_OBJECT,
    },
  };
}

const ANY_OBJECT = { type: 'object' };
const CHOICES: ReadonlySet<string> = new Set(['auto', 'none', 'required']);

function wireChoice(choice: string): unknown {
  return CHOICES.has(choice) ? choice : { type: 'function', function: { name: choice } };
}

function refuseName(name: string, known: readonly string[]): never {
  const near = nearestKey(name, known);
  const hint =
    near === undefined ? `; there are: ${known.join(', ') || 'none'}` : `, did you mean "${near}"?`;
  throw new CallError(
    'CALL_INVALID_INPUT',
    `Cannot offer the tool ${JSON.stringify(name)} of the record: the configuration has none of this name${hint}`,
  );
}
