import { greatestUsage, promptBytes } from '../calls/greatest-usage.js';
import type { PriceTable } from '../calls/price-table.js';
import type { TokenUsage } from '../calls/token-usage.js';
import { withoutUndefined } from '../config/without-undefined.js';
import { BYTES_A_TOKEN } from './limits.js';
import type { CallEstimate, TokenEstimate } from './run-estimate.js';

/** The fields that identify a line of the estimate, and those known from the configuration. */
export interface TallyOf extends Pick<CallEstimate, 'kind' | 'name' | 'model' | 'isPaid'> {
  readonly prices: PriceTable;
  /** Calls of the whole plan. */
  readonly planned: number;
}

type Request = Readonly<Record<string, unknown>>;

/** Counts the calls of one model or evaluator over the sample, and extrapolates them to all records. */
export class CallTally {
  readonly of: TallyOf;
  /** Calls whose rows already exist. */
  stored = 0;
  /** Cases of the sample for which the call is due. */
  #due = 0;
  #cached = 0;
  #toMake = 0;
  #bytes = 0;
  #mostTokens = { promptTokens: 0, cachedTokens: 0, completionTokens: 0 };
  /** Calls to be made without a limit on the length of the answer. */
  #unbounded = 0;
  #answers = 0;
  #answerTokens = 0;
  /** Tokens of prompts whose bytes are also known. */
  #knownTokens = 0;
  #knownBytes = 0;

  constructor(of: TallyOf) {
    this.of = of;
  }

  /** A case of the sample for which the call is due; the other methods record its outcome. */
  addDue(): void {
    this.#due += 1;
  }

  addCached(request: Request, usage: TokenUsage | undefined): void {
    this.#cached += 1;
    if (usage === undefined) return;
    this.addUsage(usage);
    this.#knownTokens += usage.promptTokens;
    this.#knownBytes += promptBytes(request);
  }

  addToMake(request: Request): void {
    this.#toMake += 1;
    this.#bytes += promptBytes(request);
    const most = greatestUsage(request);
    if (most === undefined) {
      this.#unbounded += 1;
      return;
    }
    this.#mostTokens.promptTokens += most.promptTokens;
    this.#mostTokens.completionTokens += most.completionTokens;
  }

  /** The usage of an existing answer. */
  addUsage({ completionTokens }: TokenUsage): void {
    this.#answers += 1;
    this.#answerTokens += completionTokens;
  }

  estimate(): CallEstimate {
    const { prices, ...of } = this.of;
    const left = of.planned - this.stored;
    if (!of.isPaid) {
      return withoutUndefined({ ...of, stored: this.stored, cached: 0, toMake: left });
    }
    const share = (count: number): number =>
      this.#due === 0 ? 0 : Math.round((left * count) / this.#due);
    const toMake = share(this.#toMake);
    const tokens = this.#tokens(toMake);
    const model = of.model ?? '';
    const { input, output } = tokens;
    const money =
      output === undefined
        ? undefined
        : prices.costOf(model, { promptTokens: input, cachedTokens: 0, completionTokens: output });
    const mostMoney =
      this.#unbounded > 0 ? undefined : prices.greatestCostOf(model, this.#mostTokens);
    return withoutUndefined({
      ...of,
      stored: this.stored,
      cached: share(this.#cached),
      toMake,
      tokens,
      money,
      mostMoney:
        mostMoney === undefined || this.#toMake === 0
          ? mostMoney
          : (mostMoney * toMake) / this.#toMake,
      price: prices.priceOf(model),
    });
  }

  #tokens(toMake: number): TokenEstimate {
    if (this.#toMake === 0) return { input: 0, output: 0 };
    const bytesAToken =
      this.#knownTokens > 0 && this.#knownBytes > 0
        ? this.#knownBytes / this.#knownTokens
        : BYTES_A_TOKEN;
    const input = Math.round((toMake * this.#bytes) / this.#toMake / bytesAToken);
    if (this.#answers > 0) {
      const output = Math.round((toMake * this.#answerTokens) / this.#answers);
      return { input, output, outputFrom: 'answers' };
    }
    if (this.#unbounded > 0) return { input };
    const { completionTokens } = this.#mostTokens;
    const output = Math.round((toMake * completionTokens) / this.#toMake);
    return { input, output, outputFrom: 'limit' };
  }
}
