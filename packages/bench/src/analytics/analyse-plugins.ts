import type { HostPlugin, HostRecord } from '@testbench/core/analytics';
import { type OptionReaders, readOptions } from '@testbench/types/config';

import { BenchError } from '../errors.js';
import { cancelled } from '../run/call-failure.js';
import { FiguresTally } from './figures-tally.js';
import type { PluginAnalytics, PluginFigures, SourceFigures } from './plugin-analytics.js';
import { type AnalysedRun, type PlacedFigures, readRunFigures } from './run-figures.js';

/** The sources of the figures. */
export interface AnalysedSources {
  /** Runs from `listRuns` or `readRun`. @default none */
  readonly runs?: readonly AnalysedRun[];
  /** Records from `readHosts`. @default none */
  readonly hosts?: readonly HostRecord[];
}

/** Selects the figures. */
export interface AnalyseOptions {
  /** Name of a plugin, or the beginning of its digest with `sha256:`. @default all */
  readonly plugin?: string;
  /** Leaves out sources last written before this time. @default nothing is left out */
  readonly since?: Date;
  /** Called for a run that cannot be read, which is then left out. Must not throw. @default its error is thrown */
  readonly onProblem?: (error: BenchError) => void;
  /** Stops reading, with `BENCH_CANCELLED`. */
  readonly signal?: AbortSignal;
}

const OPTIONS: OptionReaders<AnalyseOptions> = {
  plugin: (node) => node.text(),
  since: (node) =>
    node.value instanceof Date && !Number.isNaN(node.value.getTime())
      ? node.value
      : node.reject('a date'),
  onProblem: (node) => node.callback(),
  signal: (node) => node.signal(),
};

/**
 * Adds up calls, errors, fuel, time and memory by plugin, version and digest, over stored runs and recorded hosts. Everything is read from this machine, and nothing is
 * sent anywhere.
 *
 * A finished run is read from its summary; a run that is not finished, or whose summary does not separate failures by provider, is read from its rows.
 *
 * @returns One entry for each module, those with the most calls first.
 * @throws {ConfigError} For an unknown key or a wrong value among the options.
 * @throws {BenchError} `BENCH_RUN_DAMAGED` or `BENCH_RUN_UNREADABLE` for a run that cannot be read, unless `onProblem` is given; `BENCH_CANCELLED`.
 *
 * @example
 * ```ts no-run
 * import { analysePlugins } from '@testbench/bench/analytics';
 * import { listRuns } from '@testbench/bench/results';
 *
 * const plugins = await analysePlugins({ runs: await listRuns('runs') });
 * for (const { name, version, calls, failedCalls } of plugins) {
 *   console.log(name, version, calls, failedCalls);
 * }
 * ```
 */
export async function analysePlugins(
  { runs = [], hosts = [] }: AnalysedSources,
  given?: AnalyseOptions,
): Promise<PluginAnalytics[]> {
  const options = readOptions<AnalyseOptions>(given, OPTIONS);
  const { since, onProblem, signal } = options;
  const modules = new Map<string, ModuleTally>();
  for (const run of runs) {
    if (signal?.aborted === true) throw cancelled();
    if (since !== undefined && run.writtenAt < since) continue;
    try {
      const source = {
        kind: 'run',
        name: run.run,
        writtenAt: run.writtenAt.toISOString(),
      } as const;
      addSource(modules, source, await readRunFigures(run), options.plugin);
    } catch (error) {
      if (onProblem === undefined || !(error instanceof BenchError)) throw error;
      onProblem(error);
    }
  }
  for (const host of hosts) {
    const writtenAt = new Date(host.writtenAt);
    if (since !== undefined && writtenAt < since) continue;
    const source = { kind: 'host', name: host.host, writtenAt: writtenAt.toISOString() } as const;
    addSource(modules, source, host.plugins.flatMap(placesOf), options.plugin);
  }
  return [...modules.values()]
    .map((module) => module.analytics)
    .toSorted((one, other) => other.calls - one.calls || compareNames(one, other));
}

/** The figures of a module are reported once, at the first of its ids. */
function placesOf({ ids, name, version, digest, type, ...figures }: HostPlugin): PlacedFigures[] {
  const [first = name, ...others] = ids;
  const at = (place: string, calls: PluginFigures): PlacedFigures => {
    return { type, name, version, digest, place, figures: calls };
  };
  return [at(first, figures), ...others.map((place) => at(place, NO_CALLS))];
}

const NO_CALLS: PluginFigures = { calls: 0, failedCalls: 0, errors: {}, fuelUsed: 0 };

type Source = Pick<SourceFigures, 'kind' | 'name' | 'writtenAt'>;

function addSource(
  modules: Map<string, ModuleTally>,
  source: Source,
  placed: readonly PlacedFigures[],
  wanted: string | undefined,
): void {
  const added = new Map<ModuleTally, PlacedFigures[]>();
  for (const figures of placed) {
    if (!isWanted(figures, wanted)) continue;
    const { name, version, digest } = figures;
    const key = JSON.stringify([name, version, digest]);
    let module = modules.get(key);
    if (module === undefined) {
      module = new ModuleTally(figures);
      modules.set(key, module);
    }
    const known = added.get(module);
    if (known === undefined) added.set(module, [figures]);
    else known.push(figures);
  }
  for (const [module, all] of added) module.add(source, all);
}

function isWanted({ name, digest }: PlacedFigures, wanted: string | undefined): boolean {
  if (wanted === undefined || name === wanted) return true;
  return wanted.startsWith('sha256:') && digest.startsWith(wanted);
}

/** Figures of one module over all sources. */
class ModuleTally {
  readonly #about: Pick<PluginAnalytics, 'name' | 'version' | 'digest' | 'type'>;
  readonly #tally = new FiguresTally();
  readonly #sources: SourceFigures[] = [];

  constructor({ name, version, digest, type }: PlacedFigures) {
    this.#about = { name, version, digest, type };
  }

  /** @param placed The module's places in the source. */
  add(source: Source, placed: readonly PlacedFigures[]): void {
    const { figures } = placed.reduce((tally, one) => tally.add(one.figures), new FiguresTally());
    this.#tally.add(figures);
    this.#sources.push({ ...source, places: placed.map(({ place }) => place), ...figures });
  }

  get analytics(): PluginAnalytics {
    const sources = this.#sources.toSorted(
      (one, other) => Date.parse(other.writtenAt) - Date.parse(one.writtenAt),
    );
    return { ...this.#about, ...this.#tally.figures, sources };
  }
}

function compareNames(one: PluginAnalytics, other: PluginAnalytics): number {
  const key = ({ name, version, digest }: PluginAnalytics): string =>
    `${name}\0${version}\0${digest}`;
  return key(one) < key(other) ? -1 : 1;
}
