import { median } from './statistics.ts';

/** The cost and the result of one run. */
export interface Sample {
  /** CPU time in milliseconds. */
  readonly ms: number;
  /** Must be the same for all candidates and runs. */
  readonly checksum: number | string;
}

/** One of several ways to do the same work. */
export interface Candidate {
  readonly name: string;
  readonly run: () => Sample | Promise<Sample>;
}

/** The samples of candidates that took turns. */
export class Comparison {
  readonly #times: ReadonlyMap<string, readonly number[]>;

  constructor(times: ReadonlyMap<string, readonly number[]>) {
    this.#times = times;
  }

  /** Median milliseconds. */
  ms(name: string): number {
    return median(this.#times.get(name) ?? []);
  }

  /** The median of the rounds' own ratios: a temporary slowdown of the machine affects both sides. */
  ratio(name: string, baseline: string): number {
    const base = this.#times.get(baseline) ?? [];
    const ratios = (this.#times.get(name) ?? []).map((time, round) => time / base[round]!);
    return median(ratios);
  }
}

/**
 * Runs candidates in alternation, A B C, B C A, C A B, …, so that none always follows the same other candidate.
 *
 * @throws {RangeError} If two runs have different checksums: then they did not do the same work.
 */
export async function interleave(
  work: string,
  candidates: readonly Candidate[],
  rounds: number,
): Promise<Comparison> {
  const times = new Map<string, number[]>(candidates.map(({ name }) => [name, []]));
  let expected: Sample['checksum'] | undefined;
  for (let round = 0; round < rounds; round += 1) {
    for (let turn = 0; turn < candidates.length; turn += 1) {
      const { name, run } = candidates[(round + turn) % candidates.length]!;
      const { ms, checksum } = await run();
      times.get(name)!.push(ms);
      expected ??= checksum;
      if (checksum !== expected) {
        throw new RangeError(
          `Cannot compare "${work}": "${name}" gave ${checksum}, others ${expected}`,
        );
      }
    }
  }
  return new Comparison(times);
}
