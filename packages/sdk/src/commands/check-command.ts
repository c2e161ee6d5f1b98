import { checkPlugin } from '../check/check-plugin.js';
import { type AuthorCommand, parseCommand, readJsonArgument, readModule } from './command.js';

const MARKS = { ok: 'ok     ', warning: 'WARNING', failed: 'FAILED ', skipped: 'skipped' } as const;

/** `testbench-plugin check` */
export const checkCommand: AuthorCommand = {
  usage: 'check <plugin.wasm> [--config json|@file] [--input json|@file]',
  async run(args, output) {
    const { values, target } = parseCommand(args, {
      config: { type: 'string' },
      input: { type: 'string', multiple: true },
    });
    const config =
      values.config === undefined ? {} : await readJsonArgument('config', values.config);
    const inputs = await Promise.all(
      (values.input ?? []).map((text) => readJsonArgument('input', text)),
    );
    const bytes = await readModule(target, output);
    if (bytes === undefined) return 1;
    const { ok, findings } = await checkPlugin(bytes, {
      config,
      ...(inputs.length > 0 && { inputs }),
      onFinding: ({ check, status, detail }) =>
        output.stdout.write(`${MARKS[status]}  ${check.padEnd(13)}  ${detail}\n`),
    });
    const count = (status: string): number =>
      findings.filter((finding) => finding.status === status).length;
    output.stdout.write(
      `${target}: ${count('ok')} checks passed, ${count('warning')} warnings, ${count('failed')} failed\n`,
    );
    return ok ? 0 : 1;
  },
};
