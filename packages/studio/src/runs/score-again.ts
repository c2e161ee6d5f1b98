import { dirname } from 'node:path';

import { type EvaluatorConfig, type Scripted, scoreRun } from '@testbench/bench';
import { PluginSystem } from '@testbench/core';
import type { ConfigNode } from '@testbench/types/config';

import { StudioError } from '../errors.js';
import { MAX_NEW_EVALUATORS } from '../limits.js';
import type { Project } from '../project/project.js';
import type { StudioTools } from '../studio-options.js';

/** The evaluators for scoring a run again. */
interface ScoreRequest {
  readonly run: string;
  readonly mode: 'append' | 'replace';
  readonly evaluators: readonly NewEvaluator[];
}

interface NewEvaluator {
  readonly plugin: string;
  readonly name?: string;
  readonly config?: Record<string, unknown>;
  readonly threshold?: number;
}

/**
 * Scores the answers of a run with other evaluators, or with other options; the scores go to a new run.
 *
 * Plugins run in separate processes, without permissions.
 *
 * @returns The folder of the new run, as pages refer to it, and the number of cases that lack a score.
 * @throws {StudioError} `STUDIO_OUTSIDE_PROJECT`. @throws {BenchError} Like `scoreRun`.
 */
export async function scoreAgain(
  project: Project,
  body: ConfigNode,
  { findPlugin, compileScript }: StudioTools,
  signal: AbortSignal,
): Promise<{ readonly run: string; readonly failedCases: number }> {
  const { run, mode, evaluators } = readRequest(body);
  const folder = await project.find(run);
  const configured: Scripted<EvaluatorConfig>[] = [];
  for (const { plugin, ...rest } of evaluators) {
    // A path refers to a file of the project; anything else is a name to look up.
    const isPath = /\.(?:wasm|js|mjs|ts|mts|py)$/i.test(plugin);
    const path = isPath ? await project.find(plugin) : plugin;
    configured.push(
      isPath && !path.endsWith('.wasm') ? { script: path, ...rest } : { plugin: path, ...rest },
    );
  }
  await using system = new PluginSystem({ isolation: 'process' });
  const result = await scoreRun(
    folder,
    { evaluators: configured, mode },
    {
      system,
      signal,
      ...(findPlugin !== undefined && { findPlugin }),
      ...(compileScript !== undefined && { compileScript }),
    },
  );
  const made = result.summary.run ?? dirname(folder);
  return { run: project.nameOf(made), failedCases: result.summary.failedCases };
}

function readRequest(body: ConfigNode): ScoreRequest {
  const fields = body.fields(['run', 'mode', 'evaluators']);
  const evaluators = fields.required('evaluators').list();
  if (evaluators.length < 1 || evaluators.length > MAX_NEW_EVALUATORS) {
    throw new StudioError(
      'STUDIO_BAD_REQUEST',
      `Cannot score the run: expected 1 to ${MAX_NEW_EVALUATORS} evaluators`,
    );
  }
  return {
    run: fields.required('run').text(),
    mode: fields.optional('mode')?.oneOf(['append', 'replace']) ?? 'append',
    evaluators: evaluators.map(readEvaluator),
  };
}

function readEvaluator(node: ConfigNode): NewEvaluator {
  const each = node.fields(['plugin', 'name', 'config', 'threshold']);
  const name = each.optional('name')?.text();
  const config = each.optional('config')?.object();
  const threshold = each.optional('threshold')?.number(-1e9, 1e9);
  return {
    plugin: each.required('plugin').text(),
    ...(name !== undefined && { name }),
    ...(config !== undefined && { config }),
    ...(threshold !== undefined && { threshold }),
  };
}
