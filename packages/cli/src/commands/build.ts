import { relative, resolve } from 'node:path';

import { BuildError, buildPlugin, type BuildResult, type SizeShare } from '@testbench/sdk';

import type { CommandCall } from '../command-line/define-command.js';
import { ExitCode } from '../exit-code.js';
import { escapeText } from '../render/escape-text.js';
import type { BUILD_FLAGS } from '../flags/build.js';
import { writeJson } from '../render/write-json.js';
import { asWarning } from '../render/render-problem.js';
import { writeProblems } from '../render/write-problems.js';
import { isScript } from '../script-modules.js';

/** Functions shown in a report; the others are summed. */
const SHOWN_FUNCTIONS = 10;

/** `testbench build [folder or script]` */
export async function buildCommand({
  io,
  flags,
  args,
}: CommandCall<typeof BUILD_FLAGS>): Promise<ExitCode> {
  const { optimize, noSourceMap, output, report, json } = flags;
  const given = resolve(io.cwd, args[0] ?? '.');
  if (await isScript(given)) {
    const { buildScriptCommand } = await import('./build-script.js');
    return await buildScriptCommand(io, given, { output, json });
  }
  let result: BuildResult;
  try {
    result = await buildPlugin({
      directory: given,
      ...(optimize !== undefined && { optimize }),
      ...(noSourceMap && { sourceMap: false }),
      ...(output !== undefined && { outputFile: resolve(io.cwd, output) }),
    });
  } catch (error) {
    if (error instanceof BuildError) writeProblems(io, error.diagnostics);
    throw error;
  }
  writeProblems(io, result.warnings.map(asWarning));
  const { bytes: _bytes, inputs: _inputs, sourceMap: _map, sizeReport, ...facts } = result;
  if (json) {
    const shown = report ? { ...facts, sizeReport } : facts;
    writeJson(io.stdout, shown);
    return ExitCode.ok;
  }
  const { name, version, pluginType } = result.metadata;
  const path = relative(io.cwd, result.path);
  io.stdout.write(
    `${escapeText(`${path}: ${pluginType} ${name} ${version}`)}, ${result.size} bytes, ${result.gzipSize} compressed\n`,
  );
  if (report) io.stdout.write(describeSize(result));
  return ExitCode.ok;
}

function describeSize({ size, sizeReport: { sections, functions } }: BuildResult): string {
  const shown = functions.slice(0, SHOWN_FUNCTIONS);
  const rest = functions.slice(SHOWN_FUNCTIONS);
  const others = {
    name: `${rest.length} others`,
    bytes: rest.reduce((sum, { bytes }) => sum + bytes, 0),
  };
  return [
    'sections',
    ...sections.map((share) => row(share, size)),
    'functions',
    ...[...shown, ...(rest.length > 0 ? [others] : [])].map((share) => row(share, size)),
    '',
  ].join('\n');
}

function row({ name, bytes }: SizeShare, size: number): string {
  const share = ((100 * bytes) / size).toFixed(1);
  return `${String(bytes).padStart(9)}  ${share.padStart(5)} %  ${escapeText(name)}`;
}
