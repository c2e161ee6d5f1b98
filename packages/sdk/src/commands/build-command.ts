import { relative } from 'node:path';

import { BuildError } from '../compile/build-error.js';
import { buildPlugin, type BuildResult } from '../compile/build-plugin.js';
import { OPTIMIZATIONS } from '../compile/compile-assembly.js';
import type { SizeShare } from '../compile/measure-size.js';
import { SHOWN_FUNCTIONS } from '../limits.js';
import { type AuthorCommand, parseCommand, WrongUse } from './command.js';

/** `testbench-plugin build` */
export const buildCommand: AuthorCommand = {
  usage: 'build [folder] [--optimize speed|size|none] [--source-map] [--report] [--out file]',
  async run(args, output) {
    const { values, target } = parseCommand(args, {
      optimize: { type: 'string' },
      'source-map': { type: 'boolean' },
      report: { type: 'boolean' },
      out: { type: 'string' },
    });
    const optimize = OPTIMIZATIONS.find((known) => known === values.optimize);
    if (values.optimize !== undefined && optimize === undefined) {
      throw new WrongUse(`--optimize takes ${OPTIMIZATIONS.join(', ')}`);
    }
    try {
      const result = await buildPlugin({
        ...(target !== undefined && { directory: target }),
        ...(optimize !== undefined && { optimize }),
        ...(values['source-map'] === true && { sourceMap: true }),
        ...(values.out !== undefined && { outFile: values.out }),
      });
      for (const { file, line, message } of result.warnings) {
        output.stderr.write(`warning: ${file}:${line}: ${message}\n`);
      }
      const { name, version, pluginType } = result.metadata;
      const path = relative(process.cwd(), result.path);
      output.stdout.write(
        `${path}: ${pluginType} ${name} ${version}, ${result.size} bytes, ${result.gzipSize} compressed\n`,
      );
      if (values.report === true) output.stdout.write(describeSize(result));
      return 0;
    } catch (error) {
      if (!(error instanceof BuildError)) throw error;
      output.stderr.write(`${error.message}\n`);
      if (error.diagnostics.length > 1) {
        for (const { file, line, message } of error.diagnostics) {
          output.stderr.write(`  ${line === 0 ? file : `${file}:${line}`}: ${message}\n`);
        }
      }
      return 1;
    }
  },
};

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
  return `${String(bytes).padStart(9)}  ${share.padStart(5)} %  ${name}`;
}
