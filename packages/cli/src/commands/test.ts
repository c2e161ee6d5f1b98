import { resolve } from 'node:path';

import { type CheckFinding, checkPlugin } from '@testbench/sdk';

import type { CommandCall } from '../command-line/define-command.js';
import { ExitCode } from '../exit-code.js';
import { allInputs, compareGolden } from '../golden-file.js';
import { findModule, readSource } from '../module-source.js';
import { readJsonArgument } from '../read-json-argument.js';
import { escapeText } from '../render/escape-text.js';
import { renderFinding } from '../render/render-tests.js';
import { createStyle } from '../render/style.js';
import type { TEST_FLAGS } from '../flags/test.js';
import { writeJson } from '../render/write-json.js';

/** `testbench test <plugin.wasm>` */
export async function testCommand({
  io,
  flags,
  args,
}: CommandCall<typeof TEST_FLAGS>): Promise<ExitCode> {
  const path = args[0]!;
  const config = await readJsonArgument('test', 'config', flags.config ?? '{}', io.cwd);
  const golden = flags.golden === undefined ? undefined : resolve(io.cwd, flags.golden);
  const files = golden === undefined ? [] : [golden];
  const inputs = await allInputs('test', flags.input, files, io.cwd);
  const style = createStyle(io.stdout, io.env);
  const { source } = await findModule(io, flags, path);
  const found: CheckFinding[] = [];
  const onFinding = (finding: CheckFinding): void => {
    found.push(finding);
    if (!flags.json) io.stdout.write(`${renderFinding(finding, style)}\n`);
  };
  await checkPlugin(await readSource(source), {
    config,
    ...(inputs.length > 0 && { inputs }),
    onFinding,
  });
  if (golden !== undefined) onFinding(await compareGolden(source, config, golden));
  const count = (status: CheckFinding['status']): number =>
    found.filter((finding) => finding.status === status).length;
  const ok = count('failed') === 0;
  if (flags.json) {
    writeJson(io.stdout, { ok, findings: found });
  } else {
    io.stdout.write(
      `${escapeText(path)}: ${count('ok')} checks passed, ${count('warning')} warnings, ${count('failed')} failed\n`,
    );
  }
  return ok ? ExitCode.ok : ExitCode.failure;
}
