import {
  type DevEvent,
  explainFailure,
  type GoldenFileOutcome,
  type RecordChange,
  type RecordOutcome,
} from '@testbench/dev';
import { formatItems } from '@testbench/report/terminal';
import { logsOf } from '@testbench/sdk';

import type { CliIo } from '../cli-io.js';
import { SHOWN_FLIPS } from '../limits.js';
import { cutLine } from './cut-line.js';
import { describeLogs, describeOutcome, formatScore, inOneLine, shortJson } from './dev-words.js';
import { escapeText } from './escape-text.js';
import { formatBytes, formatDuration } from './format-value.js';
import { asWarning, renderExcerpt, renderProblem, type ShownProblem } from './render-problem.js';
import { shortenPath } from './shorten-path.js';
import { createStyle, type Style } from './style.js';
import { widthOf } from './width-of.js';

/** Maximum number of file names on one line. */
const SHOWN_FILES = 3;
/** Maximum number of problems that a terminal shows at once. */
const SHOWN_PROBLEMS = 10;

/** Indentation of details. */
const INDENT = 2;

/** An event: a line, and the details that a terminal shows below it. */
interface Shown {
  readonly line: string;
  readonly details?: readonly string[];
}

/** Shows the events of `testbench dev`: with details on a terminal, otherwise one line each. */
export class DevScreen {
  readonly #io: CliIo;
  readonly #style: Style;
  readonly #isTerminal: boolean;
  #folder = '.';

  constructor(io: CliIo) {
    this.#io = io;
    this.#style = createStyle(io.stdout, io.env);
    this.#isTerminal = io.stdout.isTTY === true;
  }

  show(event: DevEvent): void {
    const { line, details = [] } = this.#describe(event);
    const lines = this.#isTerminal ? [line, ...details.map((text) => `  ${text}`)] : [line];
    for (const text of lines) this.#io.stdout.write(`${text}\n`);
  }

  /** A line of data or source, truncated to the width of the terminal. Prose is wrapped, not truncated. */
  #fit(text: string): string {
    const width = widthOf(this.#io.stdout);
    return cutLine(text, width === undefined ? undefined : width - INDENT);
  }

  #describe(event: DevEvent): Shown {
    const { green, red, yellow, bold, dim } = this.#style;
    switch (event.type) {
      case 'watching':
        this.#folder = event.folder;
        return { line: `watching ${this.#path(event.path)} ${dim('(Ctrl-C ends)')}` };
      case 'change':
        return {
          line: `${this.#isTerminal ? '\n' : ''}${bold('changed')} ${this.#files(event.files)}`,
        };
      case 'build': {
        const { name, version, pluginType, language, size, isSame, warnings, durationMs } = event;
        const same = isSame ? ', the same module as before' : `, ${formatBytes(size)}`;
        const more = warnings.length === 0 ? '' : `, ${formatItems(warnings.length, 'warning')}`;
        return {
          line: `${green('built')} ${escapeText(`${pluginType} ${name} ${version}`)} ${dim(`from ${language}`)} in ${formatDuration(durationMs)}${same}${yellow(more)}`,
          details: this.#problems(warnings.map(asWarning)),
        };
      }
      case 'build-failed': {
        const { message, problems, durationMs } = event;
        const took = `in ${formatDuration(durationMs)}`;
        if (this.#isTerminal && problems.length > 0) {
          return { line: `${red('build failed')} ${took}`, details: this.#problems(problems) };
        }
        return { line: `${red('build failed')} ${took}: ${inOneLine(message, problems)}` };
      }
      case 'load-failed':
        return this.#failure('the plugin does not load', event.error);
      case 'tests':
        return this.#tests(event.files, event.inputs, event.failed, event.durationMs);
      case 'scores':
        return this.#scores(event);
      case 'dataset-failed':
        return this.#failure('no records', event.error);
      case 'notice':
        return { line: yellow(escapeText(event.message)) };
      default: {
        const text = `in ${formatDuration(event.durationMs)}, waiting for changes`;
        return { line: event.ok ? `${green('ok')} ${dim(text)}` : `${red('not ok')} ${dim(text)}` };
      }
    }
  }

  #tests(
    files: readonly GoldenFileOutcome[],
    inputs: number,
    failed: number,
    durationMs: number,
  ): Shown {
    const { green, red } = this.#style;
    const took = `in ${formatDuration(durationMs)}`;
    if (failed === 0) {
      return { line: `${green('tests')} ${formatItems(inputs, 'input')} as expected ${took}` };
    }
    const details = files.flatMap((file) => this.#differences(file));
    const first = details.find((text) => !text.startsWith(' ')) ?? '';
    const more = this.#isTerminal ? '' : `: ${first}`;
    return {
      line: `${red('tests')} ${failed} of ${formatItems(inputs, 'input')} differ ${took}${more}`,
      details,
    };
  }

  #differences({ path, failures, problem }: GoldenFileOutcome): string[] {
    const { red, green } = this.#style;
    if (problem !== undefined) return [red(escapeText(problem))];
    const lines: string[] = [];
    for (const { line, actual, expected, cause, logs } of failures.slice(0, SHOWN_FLIPS)) {
      const gave = 'error' in actual ? this.#words(cause) : shortJson(actual.output);
      const wanted = 'error' in expected ? expected.error : shortJson(expected.output);
      lines.push(
        `${this.#path(path)}:${line}: gives ${red(escapeText(gave))}, expected ${green(escapeText(wanted))}`,
        ...(cause === undefined ? [] : this.#excerpt(cause)),
        ...describeLogs(logs),
      );
    }
    return lines;
  }

  #scores({
    totals,
    before,
    changes,
    changed,
    firstFailure,
    durationMs,
  }: DevEvent & { readonly type: 'scores' }): Shown {
    const { green, red, bold, dim } = this.#style;
    const mean = totals.mean === undefined ? '' : `: mean ${bold(formatScore(totals.mean))}`;
    const isOther =
      before !== undefined && before.mean !== totals.mean && before.mean !== undefined;
    const was = isOther ? ` (before ${formatScore(before.mean)})` : '';
    const failed = totals.failed === 0 ? '' : `, ${red(`${totals.failed} failed`)}`;
    const list = changes.slice(0, SHOWN_FLIPS).map((change) => this.#fit(this.#change(change)));
    const rest = changed - list.length;
    const said =
      before === undefined ? '' : `, ${changed === 0 ? 'no change' : `${changed} changed`}`;
    const inLine =
      this.#isTerminal || list.length === 0
        ? ''
        : `: ${list.slice(0, SHOWN_FILES).join(', ')}${changed > SHOWN_FILES ? ', …' : ''}`;
    return {
      line: `${totals.failed === 0 ? green('scores') : red('scores')} ${formatItems(totals.records, 'record')}${mean}${was}${failed}${said}${inLine} ${dim(`in ${formatDuration(durationMs)}`)}`,
      details: [
        ...list,
        ...(rest > 0 ? [dim(`and ${rest} more`)] : []),
        ...(firstFailure === undefined ? [] : this.#failed(firstFailure)),
      ],
    };
  }

  #failed({ id, error }: RecordOutcome): string[] {
    const message = this.#words(error);
    return [
      `${this.#style.red(`record ${escapeText(id)}`)}: ${escapeText(message)}`,
      ...this.#excerpt(error),
      ...describeLogs(logsOf(error)),
    ];
  }

  #change({ id, before, after }: RecordChange): string {
    const { green, red } = this.#style;
    const [from, to] = [describeOutcome(before, after), describeOutcome(after, before)];
    const isBetter = (after.score ?? 0) >= (before.score ?? 0) && after.error === undefined;
    return `record ${escapeText(id)}: ${escapeText(from)} → ${(isBetter ? green : red)(escapeText(to))}`;
  }

  #failure(what: string, error: unknown): Shown {
    const message = this.#words(error);
    return {
      line: `${this.#style.red(what)}: ${escapeText(message)}`,
      details: this.#excerpt(error),
    };
  }

  /** The plugin's own message, if there is one, without the host's constant prefix. */
  #words(error: unknown): string {
    const { code, message } = explainFailure(error, { folder: this.#folder });
    const own = /: the plugin returned error code -\d+: (.*)$/s.exec(message)?.[1];
    return own === undefined ? message : `${code}: ${own}`;
  }

  #excerpt(error: unknown): string[] {
    const { place, excerpt } = explainFailure(error, { folder: this.#folder });
    if (place === undefined || excerpt === undefined) return [];
    return renderExcerpt(excerpt.lines, excerpt.first, place, this.#style).map((text) =>
      this.#fit(text),
    );
  }

  #problems(problems: readonly ShownProblem[]): string[] {
    const shown = problems
      .slice(0, SHOWN_PROBLEMS)
      .flatMap((one) => renderProblem(one, this.#style));
    const rest = problems.length - SHOWN_PROBLEMS;
    return rest > 0 ? [...shown, this.#style.dim(`and ${rest} more`)] : shown;
  }

  #files(files: readonly string[]): string {
    const names = files.slice(0, SHOWN_FILES).map((file) => this.#path(file));
    const rest = files.length - names.length;
    return names.join(', ') + (rest > 0 ? ` and ${rest} more` : '');
  }

  #path(path: string): string {
    return escapeText(shortenPath(path, this.#io.cwd) || '.');
  }
}
