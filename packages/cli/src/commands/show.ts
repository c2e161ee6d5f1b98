import { resolve } from 'node:path';

import { readRun, type ResultRow, showCase } from '@testbench/bench/results';
import { truncateText } from '@testbench/types';

import type { CommandCall } from '../command-line/define-command.js';
import { ExitCode } from '../exit-code.js';
import type { SHOW_FLAGS } from '../flags/show.js';
import { SHOWN_TEXT_CHARACTERS } from '../limits.js';
import { escapeText } from '../render/escape-text.js';
import { createStyle, type Style } from '../render/style.js';
import { UsageError } from '../usage-error.js';
import { writeJson } from '../render/write-json.js';

/** `testbench show <run> <record>` */
export async function showCommand({
  io,
  flags,
  args,
}: CommandCall<typeof SHOW_FLAGS>): Promise<ExitCode> {
  const [folder, record] = args as [string, string];
  const { model, prompt, epoch } = flags;
  const filter = {
    id: record,
    ...(model !== undefined && { model }),
    ...(prompt !== undefined && { prompt }),
    ...(epoch !== undefined && { epoch }),
  };
  const rows: ResultRow[] = [];
  for await (const row of showCase(await readRun(resolve(io.cwd, folder)), filter)) rows.push(row);
  if (rows.length === 0) {
    throw new UsageError(
      `the run has no matching row for record ${JSON.stringify(record)}`,
      'show',
    );
  }
  if (flags.json) {
    writeJson(io.stdout, rows);
    return ExitCode.ok;
  }
  const style = createStyle(io.stdout, io.env);
  io.stdout.write(rows.map((row) => renderRow(row, style)).join('\n'));
  return ExitCode.ok;
}

function renderRow(row: ResultRow, style: Style): string {
  const { prompt, provider, model, epoch, input, messages, expected, answer, output } = row;
  const lines = [
    style.bold(escapeText(`${provider} ${model} · prompt ${prompt} · epoch ${epoch}`)),
  ];
  const add = (title: string, value: unknown): void => {
    if (value === undefined) return;
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    lines.push(
      `${style.dim(`${title}:`)} ${escapeText(truncateText(text, SHOWN_TEXT_CHARACTERS))}`,
    );
  };
  add('input', input);
  add('messages', messages);
  add('expected', expected);
  add('answer', answer);
  add('output', output);
  for (const [name, score] of Object.entries(row.scores)) add(name, score);
  for (const [name, details] of Object.entries(row.details ?? {})) {
    add(`${name} says`, details.explanation);
  }
  if (row.passed !== undefined) add('passed', row.passed);
  for (const [name, { code, message }] of Object.entries(row.errors ?? {})) {
    lines.push(`${style.red(code)} ${escapeText(`${name}: ${message}`)}`);
  }
  if (row.failure !== undefined) {
    const { code, stage, message } = row.failure;
    lines.push(`${style.red(code)} ${escapeText(`${stage}: ${message}`)}`);
  }
  if (row.dropped !== undefined) add('dropped', row.dropped.reason ?? 'without a reason');
  add('measured', row.measured);
  return `${lines.join('\n')}\n`;
}
