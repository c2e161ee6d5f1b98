import type { PlanContent } from '@testbench/bench';
import type { ResultRow, StoredRun } from '@testbench/bench/results';

/** Options of a synthetic run: the same options give the same run. */
export interface GeneratedRunOptions {
  readonly name?: string;
  readonly records?: number;
  readonly models?: readonly string[];
  readonly epochs?: number;
  /** Approximate number of characters of a prompt. */
  readonly promptCharacters?: number;
  /** Changes rows after they are generated. */
  readonly change?: (row: ResultRow) => ResultRow;
  /** Different seeds give different answers. */
  readonly seed?: number;
}

const WORDS =
  'apple river window quiet seven bridge garden paper market train winter copper letter island music silver kitchen forest number colour morning engine window ladder basket candle harbour meadow pocket rocket saddle timber valley walnut yellow zebra'.split(
    ' ',
  );
const GROUPS = ['arithmetic', 'geometry', 'reading', 'logic'];

/** A small and fast generator of numbers from 0 to 1 (mulberry32). */
function numbersFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A run in memory, with right and wrong answers, failures, groups, metrics, costs and times. */
export function generateRun({
  name = 'word-problems',
  records = 100,
  models = ['abacus-large', 'abacus-small'],
  epochs = 1,
  promptCharacters = 200,
  change = (row) => row,
  seed = 1,
}: GeneratedRunOptions = {}): StoredRun {
  const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;
  const plugin = (of: string): PlanContent['transforms'][number] => ({
    name: of,
    version: '0.1.0',
    digest: `sha256:${'fedcba9876543210'.repeat(4)}`,
    config: {},
    limits: {},
  });
  const plan: PlanContent = {
    formatVersion: 1,
    contract: '1.0.0',
    name,
    dataset: { digest, records, offset: 0, fields: {}, columns: ['level'] },
    prompts: [{ name: 'default', template: 'Solve: {{input}}' }],
    providers: [
      {
        ...plugin('replay'),
        as: 'replay',
        models: models.map((model) => ({ name: model, parameters: { temperature: 0 } })),
      },
    ],
    transforms: [],
    evaluators: [
      { ...plugin('exact-match'), as: 'exact-match', fields: {}, threshold: 1, weight: 1 },
      { ...plugin('token-f1'), as: 'token-f1', fields: {}, weight: 1 },
    ],
    filters: [],
    epochs: { count: epochs, reducer: 'mean' },
    seed: 0,
    onError: 'missing',
  };
  return {
    path: `/runs/${name}`,
    run: `${name}-0123456789ab`,
    digest,
    plan,
    segments: [],
    records,
    isComplete: true,
    writtenAt: new Date(Date.UTC(2026, 0, 2, 3, 4, 5)),
    summary: undefined,
    async *rows() {
      for (let index = 0; index < records; index += 1) {
        for (const [number, model] of models.entries()) {
          for (let epoch = 1; epoch <= epochs; epoch += 1) {
            const random = numbersFrom(seed + index * 7919 + number * 104_729 + epoch * 1_299_709);
            yield change(makeRow({ index, model, number, epoch, random, promptCharacters }));
          }
        }
      }
    },
  };
}

interface RowInputs {
  readonly index: number;
  readonly model: string;
  readonly number: number;
  readonly epoch: number;
  readonly random: () => number;
  readonly promptCharacters: number;
}

function makeRow({ index, model, number, epoch, random, promptCharacters }: RowInputs): ResultRow {
  const ofRecord = numbersFrom(index);
  const text = (of: () => number, characters: number): string => {
    let made = '';
    while (made.length < characters) made += `${WORDS[Math.floor(of() * WORDS.length)]} `;
    return made.trim();
  };
  const input = `Solve: ${text(ofRecord, promptCharacters)}?`;
  const expected = String(Math.floor(ofRecord() * 1000));
  const name = {
    index,
    id: `problem-${String(index).padStart(5, '0')}`,
    line: index + 1,
    prompt: 'default',
    provider: 'replay',
    model,
    epoch,
  };
  const group = GROUPS[index % GROUPS.length]!;
  const columns = { level: 1 + (index % 5) };
  const totalMs = 200 + random() * random() * 4000;
  if (random() < 0.01) {
    const message = `Cannot call "replay": the server said ${Math.floor(random() * 9)} times that it is busy`;
    const failure = {
      code: 'CALL_FAILED',
      message,
      stage: 'provider',
      retryable: true,
      status: 503,
    };
    return { ...name, group, columns, input, expected, scores: {}, failure, measured: { totalMs } };
  }
  const isRight = random() < 0.85 - number * 0.15 - (index % 4) * 0.05;
  const result = isRight ? expected : String(Math.floor(random() * 1000));
  const output = `${text(random, promptCharacters * 1.5)}. The answer is ${result}`;
  const f1 = isRight ? 0.6 + random() * 0.4 : random() * 0.6;
  return {
    ...name,
    group,
    columns,
    input,
    expected,
    output,
    finishReason: 'stop',
    usage: { promptTokens: 80, completionTokens: 110, cachedTokens: 0 },
    scores: { 'exact-match': isRight ? 1 : 0, 'token-f1': f1 },
    score: ((isRight ? 1 : 0) + f1) / 2,
    passed: isRight,
    details: {
      'exact-match': {
        explanation: isRight
          ? `"${result}" is what was expected`
          : `"${result}" is not "${expected}"`,
      },
      'token-f1': { metrics: { precision: f1, recall: Math.min(1, f1 * 1.1) } },
    },
    measured: {
      totalMs,
      attempts: 1,
      cost: 0.0004 + random() * 0.002,
      fuel: { provider: 12_000, 'exact-match': 4000 + index, 'token-f1': 9000 },
    },
  };
}
