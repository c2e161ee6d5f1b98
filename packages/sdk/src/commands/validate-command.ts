import { checkAnsweredMetadata } from '../check/ask-metadata.js';
import { validatePlugin } from '../validate-plugin.js';
import { type AuthorCommand, parseCommand, readModule } from './command.js';

/** `testbench-plugin validate` */
export const validateCommand: AuthorCommand = {
  usage: 'validate <plugin.wasm>',
  async run(args, output) {
    const { target } = parseCommand(args, {});
    const bytes = await readModule(target, output);
    if (bytes === undefined) return 1;
    const report = validatePlugin(bytes);
    const problems = report.ok
      ? await checkAnsweredMetadata(bytes, report.contract, report.metadata)
      : report.problems;
    for (const { message } of problems) output.stderr.write(`${target}: ${message}\n`);
    if (!report.ok || problems.length > 0) return 1;
    const { metadata, contract } = report;
    output.stdout.write(
      `${target}: ${metadata.pluginType} ${metadata.name} ${metadata.version}, contract ${contract}\n`,
    );
    return 0;
  },
};
