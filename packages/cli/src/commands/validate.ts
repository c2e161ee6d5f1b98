import { loadRefusal, validatePlugin } from '@testbench/sdk';

import type { CommandCall } from '../command-line/define-command.js';
import { ExitCode } from '../exit-code.js';
import { readModule } from '../module-source.js';
import { escapeText } from '../render/escape-text.js';
import type { VALIDATE_FLAGS } from '../flags/validate.js';
import { writeJson } from '../render/write-json.js';

/** `testbench validate <plugin.wasm>` */
export async function validateCommand({
  io,
  flags,
  args,
}: CommandCall<typeof VALIDATE_FLAGS>): Promise<ExitCode> {
  const path = args[0]!;
  const bytes = await readModule(io, flags, path);
  const report = validatePlugin(bytes);
  const refusal = report.ok ? await loadRefusal(bytes) : undefined;
  const ok = report.ok && refusal === undefined;
  if (flags.json) {
    writeJson(io.stdout, { ...report, ok, refusal });
    return ok ? ExitCode.ok : ExitCode.failure;
  }
  const problems = report.problems.map(({ message }) => message);
  for (const problem of refusal === undefined ? problems : [...problems, refusal]) {
    io.stderr.write(`${escapeText(`${path}: ${problem}`)}\n`);
  }
  if (!ok || !report.ok) return ExitCode.failure;
  const { metadata, contract } = report;
  const { pluginType, name, version } = metadata;
  io.stdout.write(
    `${escapeText(`${path}: ${pluginType} ${name} ${version}`)}, contract ${contract}\n`,
  );
  return ExitCode.ok;
}
