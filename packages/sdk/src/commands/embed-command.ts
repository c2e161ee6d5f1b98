import { findOutputPlace, writeOutput } from '@testbench/core';
import { decodeMetadata, METADATA_SECTION } from '@testbench/types';
import { readCustomSections } from '@testbench/wasm';

import { askMetadata } from '../check/ask-metadata.js';
import { embedMetadata } from '../embed-metadata.js';
import { isSectionMissing, validatePlugin } from '../validate-plugin.js';
import { type AuthorCommand, parseCommand, readModule } from './command.js';

/** `testbench-plugin embed` */
export const embedCommand: AuthorCommand = {
  usage: 'embed <plugin.wasm> [--out file]',
  async run(args, output) {
    const { values, target } = parseCommand(args, { out: { type: 'string' } });
    const bytes = await readModule(target, output);
    if (bytes === undefined) return 1;
    const report = validatePlugin(bytes);
    const others = report.problems.filter((problem) => !isSectionMissing(problem));
    for (const { message } of others) output.stderr.write(`${target}: ${message}\n`);
    if (others.length > 0) return 1;
    if (readCustomSections(bytes, METADATA_SECTION).length > 0) {
      output.stderr.write(`${target}: it has a section "${METADATA_SECTION}" already\n`);
      return 1;
    }
    const out = values.out ?? target!;
    await findOutputPlace(out);
    const answer = await askMetadata(bytes, report.contract ?? 'v1');
    if (answer.bytes === undefined) {
      output.stderr.write(`${target}: ${answer.problem}\n`);
      return 1;
    }
    const metadata = decodeMetadata(answer.bytes);
    await writeOutput(out, embedMetadata(bytes, metadata));
    output.stdout.write(`${out}: ${metadata.pluginType} ${metadata.name} ${metadata.version}\n`);
    return 0;
  },
};
