import { digestOf } from '@testbench/core/files';

import { canonicalJson } from '../plan/canonical-json.js';
import { isObject } from '../is-object.js';

/** The parts of a score signature. */
export interface SignatureParts {
  /** Name of the number: an evaluator's name, or `evaluator.value` of a corpus score. */
  readonly metric: string;
  /** Version of the plugin; absent for numbers that the bench computes itself. */
  readonly version?: string;
  /** `sha256:` and the hex digest of the module. */
  readonly digest?: string;
  readonly config?: Readonly<Record<string, unknown>>;
  /** Set if the number covers only the records of one group. */
  readonly group?: string;
  /** What it was compared with, such as a column of labels. */
  readonly against?: string;
  /** Records that count; for latencies, tokens and agreement, cases. */
  readonly n: number;
  /** Treatment of cases without a score; absent if there are no scores. */
  readonly onError?: 'missing' | 'wrong';
  readonly epochs?: { readonly count: number; readonly reducer: string };
  /** Kind of number, if it is not a mean: `kappa`, `quantiles(7)`. */
  readonly statistic?: string;
  /** How the interval was made, such as `wilson`, `clustered(group:57)`, `bootstrap(2000,seed:1)`; absent without one. */
  readonly interval?: string;
}

/** Hex digits shown of a digest: enough to tell the modules of a project apart, few enough for one line. */
const DIGEST_DIGITS = 12;
/** Longer values of a configuration are replaced by their digest. */
const MAX_VALUE_CHARACTERS = 60;

/**
 * One line that says how a number was made, so that others can reproduce it, modelled on the signatures of sacreBLEU. Parts are separated by
 * `|`; special characters in a part are percent-encoded.
 *
 * @see Post (2018), A Call for Clarity in Reporting BLEU Scores, doi:10.18653/v1/W18-6319
 *
 * @example
 * ```ts
 * import { scoreSignature } from '@testbench/bench/statistics';
 *
 * const digest = `sha256:ab12${'0'.repeat(60)}`;
 * scoreSignature({
 *   metric: 'exact-match',
 *   version: '0.1.0',
 *   digest,
 *   config: { ignore_case: true },
 *   n: 1319,
 *   onError: 'missing',
 *   interval: 'wilson',
 * });
 * // => 'exact-match|v:0.1.0|sha256:ab1200000000|cfg:ignore_case=true|n:1319|err:missing|ci:wilson'
 * ```
 */
export function scoreSignature(parts: SignatureParts): string {
  const { metric, version, digest, config = {}, group, against, n, onError } = parts;
  const { epochs, statistic, interval } = parts;
  const settings = Object.keys(config)
    .toSorted()
    .map((key) => `${encode(key)}=${encode(settingText(config[key]))}`);
  return [
    encode(metric),
    ...(version === undefined ? [] : [`v:${encode(version)}`]),
    ...(digest === undefined || digest === '' ? [] : [shortDigest(digest)]),
    ...(settings.length === 0 ? [] : [`cfg:${settings.join(',')}`]),
    ...(group === undefined ? [] : [`group:${encode(group)}`]),
    ...(against === undefined ? [] : [`against:${encode(against)}`]),
    `n:${n}`,
    ...(epochs === undefined || epochs.count === 1
      ? []
      : [`epochs:${epochs.count}/${encode(epochs.reducer)}`]),
    ...(onError === undefined ? [] : [`err:${onError}`]),
    ...(statistic === undefined ? [] : [`stat:${statistic}`]),
    ...(interval === undefined ? [] : [`ci:${interval}`]),
  ].join('|');
}

function shortDigest(digest: string): string {
  const [algorithm, hex = ''] = digest.split(':');
  return `${encode(algorithm!)}:${encode(hex.slice(0, DIGEST_DIGITS))}`;
}

function settingText(value: unknown): string {
  const text = isObject(value) ? canonicalJson(value) : String(value);
  if (text.length <= MAX_VALUE_CHARACTERS) return text;
  return shortDigest(digestOf(text));
}

/** Names are untrusted, and must not look like further parts. */
function encode(text: string): string {
  return text.replaceAll(/[|=,%\s\p{C}]/gu, (character) =>
    character.isWellFormed() ? encodeURIComponent(character) : '%EF%BF%BD',
  );
}
