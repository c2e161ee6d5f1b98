import { createHash } from 'node:crypto';

import { buildScript, ScriptError } from '@testbench/script';
import { BuildError, buildPlugin, type Diagnostic, type Optimization } from '@testbench/sdk';
import type { PluginMetadata } from '@testbench/types';
import { PluginError } from '@testbench/types/errors';

import type { DevProject } from './find-project.js';

/** A mistake or a warning, with its place. */
export type DevProblem = Diagnostic;

/** The result of a build. */
export type ProjectBuild =
  | {
      readonly ok: true;
      readonly bytes: Uint8Array;
      /** For a script it is in the module. */
      readonly sourceMap: string | undefined;
      readonly digest: string;
      readonly language: string;
      readonly metadata: PluginMetadata;
      readonly inputs: readonly string[];
      readonly warnings: readonly DevProblem[];
    }
  | {
      readonly ok: false;
      readonly code: string;
      readonly message: string;
      readonly problems: readonly DevProblem[];
    };

/**
 * Builds a project in memory. An author's mistake is a result, not an error.
 *
 * @throws Any error that is not the author's mistake.
 */
export async function buildProject(
  project: DevProject,
  optimize: Optimization,
): Promise<ProjectBuild> {
  try {
    const built =
      project.kind === 'script'
        ? await buildOfScript(project)
        : await buildPlugin({ directory: project.path, optimize, write: false, sourceMap: true });
    const { bytes, language, metadata, inputs, warnings, sourceMap } = built;
    const digest = createHash('sha256').update(bytes).digest('hex');
    return { ok: true, bytes, sourceMap, digest, language, metadata, inputs, warnings };
  } catch (error) {
    if (!PluginError.is(error)) throw error;
    return { ok: false, code: error.code, message: error.message, problems: problemsOf(error) };
  }
}

async function buildOfScript({ path }: DevProject): Promise<{
  readonly bytes: Uint8Array;
  readonly sourceMap: undefined;
  readonly language: string;
  readonly metadata: PluginMetadata;
  readonly inputs: readonly string[];
  readonly warnings: readonly DevProblem[];
}> {
  const { warnings, ...built } = await buildScript({ path });
  const language = /\.m?ts$/.test(path) ? 'typescript' : built.language;
  return { ...built, sourceMap: undefined, language, warnings: warnings.map(readWarning) };
}

/** `file:line:column: message`, or the message alone. */
function readWarning(text: string): DevProblem {
  const [, file, line, column, message] = /^([^\s:]+):(\d+):(\d+): (.*)$/s.exec(text) ?? [];
  return message === undefined
    ? { file: '', line: 0, column: 0, message: text }
    : { file: file!, line: Number(line), column: Number(column), message };
}

/** All mistakes in an error that a build throws. */
function problemsOf(error: unknown): readonly DevProblem[] {
  if (error instanceof BuildError) return error.diagnostics;
  return error instanceof ScriptError ? error.problems : [];
}
