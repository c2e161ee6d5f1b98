import { mkdir } from 'node:fs/promises';
import { basename, dirname, extname, join, relative, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';

import { writeOutput } from '@testbench/core/files';
import { buildScript, type BuiltScript, ScriptError } from '@testbench/script';
import { validatePlugin } from '@testbench/sdk';

import type { CliIo } from '../cli-io.js';
import { ExitCode } from '../exit-code.js';
import { escapeText } from '../render/escape-text.js';
import { writeProblems } from '../render/write-problems.js';
import { writeJson } from '../render/write-json.js';
import { UsageError } from '../usage-error.js';

/** `testbench build <script>` */
export async function buildScriptCommand(
  io: CliIo,
  script: string,
  { output, json }: { readonly output: string | undefined; readonly json: boolean },
): Promise<ExitCode> {
  let built: BuiltScript;
  try {
    built = await buildScript({ path: script });
  } catch (error) {
    if (error instanceof ScriptError) writeProblems(io, error.problems);
    throw error;
  }
  for (const warning of built.warnings) io.stderr.write(`${escapeText(`warning: ${warning}`)}\n`);
  const { bytes, metadata, language } = built;
  const report = validatePlugin(bytes);
  if (!report.ok) {
    throw new UsageError(report.problems.map(({ message }) => message).join('; '), 'build');
  }
  const name = `${basename(script, extname(script))}.wasm`;
  const path =
    output === undefined ? join(dirname(script), 'build', name) : resolve(io.cwd, output);
  await mkdir(dirname(path), { recursive: true });
  await writeOutput(path, bytes, { inputs: [{ path: script, what: 'the script' }] });
  const gzipSize = gzipSync(bytes).length;
  if (json) {
    writeJson(io.stdout, { path, language, metadata, size: bytes.length, gzipSize });
    return ExitCode.ok;
  }
  const { pluginType, version } = metadata;
  io.stdout.write(
    `${escapeText(`${relative(io.cwd, path)}: ${pluginType} ${metadata.name} ${version}`)}, ${bytes.length} bytes, ${gzipSize} compressed\n`,
  );
  return ExitCode.ok;
}
