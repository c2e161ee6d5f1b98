import { readModuleFile } from '@testbench/core/files';
import { checkPlugin } from '@testbench/sdk';

import type { CommandCall } from '../command-line/define-command.js';
import { ExitCode } from '../exit-code.js';
import { readJsonArgument } from '../read-json-argument.js';
import { escapeText } from '../render/escape-text.js';
import { createStyle } from '../render/style.js';
import type { TEST_FLAGS } from '../flags/test.js';
import { writeJson } from '../render/write-json.js';
import { modulePath } from '../script-modules.js';

/** `testbench test <plugin.wasm>` */
export async function testCommand({
  io,
  flags,
  args,
}: CommandCall<typeof TEST_FLAGS>): Promise<ExitCode> {
  const path = args[0]!;
  const config = await readJsonArgument('test', 'config', flags.config ?? '{}', io.cwd);
  const inputs = await Promise.all(
    (flags.input ?? []).map((input) => readJsonArgument('test', 'input', input, io.cwd)),
  );
  const style = createStyle(io.stdout, io.env);
  const marks = {
    ok: style.green('ok     '),
    warning: style.yellow('warning'),
    failed: style.red('failed '),
    skipped: style.dim('skipped'),
  };
  const { ok, findings } = await checkPlugin(await readModuleFile(await modulePath(io, path)), {
    config,
    ...(inputs.length > 0 && { inputs }),
    onFinding: ({ check, status, detail }) => {
      if (flags.json) return;
      io.stdout.write(`${marks[status]}  ${check.padEnd(13)}  ${escapeText(detail)}\n`);
    },
  });
  if (flags.json) {
    writeJson(io.stdout, { ok, findings });
  } else {
    const count = (status: string): number =>
      findings.filter((finding) => finding.status === status).length;
    io.stdout.write(
      `${escapeText(path)}: ${count('ok')} checks passed, ${count('warning')} warnings, ${count('failed')} failed\n`,
    );
  }
  return ok ? ExitCode.ok : ExitCode.failure;
}
