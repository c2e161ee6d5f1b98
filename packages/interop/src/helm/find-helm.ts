import { ImportError } from '../errors.js';
import type { HelmFiles } from './read-helm.js';

/** What was asked and answered in a run of HELM; its other files have the same prefix. */
export const HELM_STATE = 'scenario_state.json';
const SCORES = 'per_instance_stats.json';
const SPEC = 'run_spec.json';
const TOTALS = 'stats.json';
const NAMES = [
  HELM_STATE,
  SCORES,
  SPEC,
  TOTALS,
  'scenario.json',
  'instances.json',
  'display_predictions.json',
  'display_requests.json',
];

/** The state of the run that a file belongs to; undefined for files of other tools. */
export function helmState(file: string): string | undefined {
  const name = NAMES.find((each) => file.endsWith(each));
  return name === undefined ? undefined : `${file.slice(0, -name.length)}${HELM_STATE}`;
}

/** All files that the run of a state may have. */
export function helmRun(state: string): string[] {
  return NAMES.map((name) => besides(state, name));
}

/** The files of a run that are read, or the error for one without scores. */
export function findHelm(state: string, files: ReadonlySet<string>): HelmFiles | ImportError {
  const [instanceStats, spec, stats] = [SCORES, SPEC, TOTALS].map((name) =>
    besides(state, name),
  ) as [string, string, string];
  for (const file of [state, instanceStats]) {
    if (files.has(file)) continue;
    const problem = 'no such file, and a run of HELM is read from it';
    return new ImportError('IMPORT_UNREADABLE', problem, { file });
  }
  return {
    state,
    instanceStats,
    ...(files.has(spec) ? { spec } : {}),
    ...(files.has(stats) ? { stats } : {}),
  };
}

function besides(state: string, name: string): string {
  return `${state.slice(0, -HELM_STATE.length)}${name}`;
}
