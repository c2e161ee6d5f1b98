import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { parseArgs } from 'node:util';

import { PluginError } from '@testbench/types';

import { BuildError } from './build-error.js';
import { buildPlugin } from './build-plugin.js';
import { validatePlugin } from './validate-plugin.js';

const USAGE = `testbench-plugin build [folder] [--optimize speed|size|none] [--source-map] [--out file]
testbench-plugin validate <plugin.wasm>
`;

/** Where the command writes. */
export interface CommandOutput {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
}

/**
 * Runs the command of plugin authors, `testbench-plugin`.
 *
 * @param args What stands after the command's name.
 * @returns The exit code: 0, 1 for a plugin that is not right, 2 for a wrong use.
 */
export async function runAuthorCommand(
  args: readonly string[],
  output: CommandOutput = process,
): Promise<number> {
  let parsed;
  try {
    parsed = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        optimize: { type: 'string' },
        'source-map': { type: 'boolean' },
        out: { type: 'string' },
        help: { type: 'boolean' },
      },
    });
  } catch (error) {
    output.stderr.write(`${(error as Error).message}\n${USAGE}`);
    return 2;
  }
  const { positionals, values } = parsed;
  const [command, target] = positionals;
  if (values.help) {
    output.stdout.write(USAGE);
    return 0;
  }
  const { optimize } = values;
  const knownOptimize =
    optimize === undefined || optimize === 'speed' || optimize === 'size' || optimize === 'none';
  if (command === 'build' && knownOptimize) {
    return build(
      {
        ...(target !== undefined && { directory: target }),
        ...(optimize !== undefined && { optimize }),
        ...(values['source-map'] && { sourceMap: true }),
        ...(values.out !== undefined && { outFile: values.out }),
      },
      output,
    );
  }
  if (command === 'validate' && target !== undefined) return validate(target, output);
  output.stderr.write(USAGE);
  return 2;
}

async function build(
  options: Parameters<typeof buildPlugin>[0],
  output: CommandOutput,
): Promise<number> {
  try {
    const result = await buildPlugin(options);
    for (const { file, line, message } of result.warnings) {
      output.stderr.write(`warning: ${file}:${line}: ${message}\n`);
    }
    const { name, version, pluginType } = result.metadata;
    const path = relative(process.cwd(), result.path);
    output.stdout.write(
      `${path}: ${pluginType} ${name} ${version}, ${result.size} bytes, ${result.gzipSize} compressed\n`,
    );
    return 0;
  } catch (error) {
    if (!PluginError.is(error)) throw error;
    output.stderr.write(`${error.message}\n`);
    if (error instanceof BuildError && error.diagnostics.length > 1) {
      for (const { file, line, message } of error.diagnostics) {
        output.stderr.write(`  ${file}:${line}: ${message}\n`);
      }
    }
    return 1;
  }
}

async function validate(path: string, output: CommandOutput): Promise<number> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    output.stderr.write(`Cannot read "${path}": ${(error as Error).message}\n`);
    return 1;
  }
  const report = validatePlugin(bytes);
  if (report.ok) {
    const { metadata, contract } = report;
    output.stdout.write(
      `${path}: ${metadata.pluginType} ${metadata.name} ${metadata.version}, contract ${contract}\n`,
    );
    return 0;
  }
  for (const { message } of report.problems) output.stderr.write(`${path}: ${message}\n`);
  return 1;
}
