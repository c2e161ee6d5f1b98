import { readFileSync } from 'node:fs';

import type { ModelAnswer, ModelRequest } from '@testbench/test-kit/model-server';

/** What a recorded model says in one step. */
type Step =
  | string
  | {
      readonly text?: string;
      readonly tool_calls: readonly {
        readonly id?: string;
        readonly name: string;
        readonly arguments: unknown;
      }[];
    };

interface Recorded {
  readonly answers: Readonly<Record<string, readonly Step[]>>;
  readonly callers?: Readonly<Record<string, readonly string[]>>;
  readonly question?: string;
  readonly input?: string;
  readonly turns?: readonly (string | { readonly content: string })[];
}

interface Message {
  readonly role: string;
  readonly content: string | null;
}

/** The records of an example. */
export function readRecords(path: string): readonly Recorded[] {
  return readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Recorded);
}

/** Answers like the recorded models: by the first words of the user, and the number of answers so far. */
export function recordedModels(
  records: readonly Recorded[],
): (request: ModelRequest) => string | ModelAnswer {
  const byStart = new Map(records.map((record) => [startOf(record), record]));
  return ({ body }) => {
    const messages = body['messages'] as readonly Message[];
    const model = String(body['model']);
    const isUser = model === 'caller';
    // To the model that plays the user, the user's words are its own.
    const start = messages.find(({ role }) => role === (isUser ? 'assistant' : 'user'))?.content;
    const record = byStart.get(start ?? '')!;
    const done = messages.filter(({ role }) => role === 'assistant').length;
    const step = isUser ? record.callers![model]![done]! : record.answers[model]![done]!;
    if (typeof step === 'string') return step;
    return {
      text: step.text ?? '',
      toolCalls: step.tool_calls.map(({ id, name, arguments: input }, index) => ({
        id: id ?? `call_${done}_${index}`,
        name,
        arguments: typeof input === 'string' ? input : JSON.stringify(input),
      })),
    };
  };
}

function startOf({ question, input, turns = [] }: Recorded): string {
  const [first] = turns;
  return question ?? input ?? (typeof first === 'string' ? first : first!.content);
}
