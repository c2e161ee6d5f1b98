import { ConfigNode } from '@testbench/types/config';
import { ConfigError } from '@testbench/types/errors';

import { MAX_TOOLS } from '../../config/limits.js';
import { TOOL_DEFINITION } from '../../config/conversation-types.js';
import { shape } from '../../config/schema/config-type.js';
import { isObject } from '../../is-object.js';
import { kindOf } from '../formats/parse-record.js';

/** A tool as a model sees it. */
export interface ToolDefinition {
  readonly name: string;
  readonly description?: string;
  /** JSON Schema of its arguments. */
  readonly parameters?: Readonly<Record<string, unknown>>;
}

/** A tool of a record: a definition, or the name of a tool of the configuration. */
export type RecordTool = string | ToolDefinition;

const DEFINITION = shape<ToolDefinition>(TOOL_DEFINITION);
/** The fields of OpenAI's form that are read. */
const FUNCTION_FIELDS = ['name', 'description', 'parameters'] as const;

/**
 * Reads the tools of a record: names, and definitions in plain form or in that of OpenAI, where fields that are not known here are left out.
 *
 * A record may describe a tool, but not say which plugin answers it: only the user who runs the benchmark decides that.
 *
 * @param fail Makes the error.
 */
export function readTools(value: unknown, fail: (state: string) => Error): readonly RecordTool[] {
  if (!Array.isArray(value)) throw fail(`expected a list of tools, found ${kindOf(value)}`);
  if (value.length > MAX_TOOLS) {
    throw fail(`expected at most ${MAX_TOOLS} tools, found ${value.length}`);
  }
  const names = new Set<string>();
  return (value as readonly unknown[]).map((given, index): RecordTool => {
    const tool = typeof given === 'string' ? given : readDefinition(given, index, fail);
    const name = typeof tool === 'string' ? tool : tool.name;
    if (names.has(name))
      throw fail(`tool ${index + 1}: the name ${JSON.stringify(name)} is used twice`);
    names.add(name);
    return tool;
  });
}

function readDefinition(
  given: unknown,
  index: number,
  fail: (state: string) => Error,
): ToolDefinition {
  const inner = isObject(given) ? given['function'] : undefined;
  const plain = isObject(inner)
    ? Object.fromEntries(
        FUNCTION_FIELDS.flatMap((name) =>
          Object.hasOwn(inner, name) ? [[name, inner[name]] as const] : [],
        ),
      )
    : given;
  try {
    return DEFINITION.read(new ConfigNode(plain, `tools[${index}]`), { baseDirectory: '' });
  } catch (cause) {
    if (!(cause instanceof ConfigError)) throw cause;
    throw fail(`tool ${index + 1}: ${cause.message}`);
  }
}
