import { PluginSystem } from '@testbench/core';
import { PluginError } from '@testbench/types';

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
    for (const { message } of report.problems) output.stderr.write(`${target}: ${message}\n`);
    if (!report.ok) return 1;
    const refusal = await loadCarefully(bytes);
    if (refusal !== undefined) {
      output.stderr.write(`${target}: ${refusal}\n`);
      return 1;
    }
    const { metadata, contract } = report;
    output.stdout.write(
      `${target}: ${metadata.pluginType} ${metadata.name} ${metadata.version}, contract ${contract}\n`,
    );
    return 0;
  },
};

/**
 * Loads a module as a host does with plugins of strangers, in a child process and within its limits, which compares what it
 * answers with its section.
 *
 * @returns Why it is refused; undefined also if it only wants another configuration than none.
 */
async function loadCarefully(bytes: Uint8Array): Promise<string | undefined> {
  await using system = new PluginSystem({ isolation: 'process' });
  try {
    await system.loadPluginFromBytes('plugin', bytes);
    return undefined;
  } catch (error) {
    if (!PluginError.is(error)) throw error;
    return error.code === 'LOAD_INIT_FAILED' ? undefined : error.message;
  }
}
