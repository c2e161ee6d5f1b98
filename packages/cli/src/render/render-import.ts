import { formatItems } from '@testbench/report/terminal';
import type { ImportedBenchmark, ImportResult } from '@testbench/interop';

import type { CliIo } from '../cli-io.js';
import { escapeText } from './escape-text.js';
import { shortenPath } from './shorten-path.js';
import { createStyle } from './style.js';

const DIGITS = 4;

/** Says what was imported: texts of the files are escaped. */
export function renderImport(result: ImportResult, io: CliIo): string {
  const style = createStyle(io.stdout, io.env);
  const { name, model, records, cases, summary, path, notes, isKnown } = result;
  const counts = [formatItems(records, 'record'), formatItems(cases, 'case')].join(', ');
  const lines = [`${style.bold(escapeText(name))}  ${escapeText(model)}  ${counts}`];
  for (const { evaluator, mean, n, errors } of summary.scores) {
    const score = mean === null ? 'no score' : mean.toFixed(DIGITS);
    const missing = errors === 0 ? '' : `, ${errors} without a score`;
    lines.push(
      `  ${escapeText(evaluator)}  ${score}  ${style.dim(`n ${n}${missing}${stated(result, evaluator)}`)}`,
    );
  }
  for (const note of notes) lines.push(`  ${style.yellow('note')} ${escapeText(note)}`);
  const what = isKnown ? 'was there already, in' : 'wrote';
  lines.push(`${what} ${escapeText(shortenPath(path, io.cwd))}`);
  return `${lines.join('\n')}\n`;
}

/** Whether the totals of the files are those of their samples. */
function stated({ checks }: ImportResult, metric: string): string {
  const about = checks.filter((check) => check.metric === metric);
  if (about.length === 0) return '';
  const wrong = about.filter(({ agrees }) => !agrees).length;
  if (wrong > 0) return `; ${wrong} of ${formatItems(about.length, 'total')} of the files differ`;
  return about.length === 1
    ? `; the file says ${about[0]!.value}`
    : `; as all ${about.length} totals of the files`;
}

/** Says what was made of a configuration, and what was not. */
export function renderImportedConfig({ configs, findings }: ImportedBenchmark, io: CliIo): string {
  const style = createStyle(io.stdout, io.env);
  const lines = configs.map(({ file, records }) => {
    return `wrote ${escapeText(shortenPath(file, io.cwd))} (${formatItems(records, 'record')})`;
  });
  for (const { place, what, advice } of findings) {
    lines.push(`${style.yellow('note')} ${escapeText(place)}: ${escapeText(what)}`);
    lines.push(`  ${escapeText(advice)}`);
  }
  const [first] = configs;
  lines.push('', `Run it with: testbench run ${escapeText(shortenPath(first!.file, io.cwd))}`);
  return `${lines.join('\n')}\n`;
}
