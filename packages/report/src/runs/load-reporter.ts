import { pathToFileURL } from 'node:url';

import type { ScriptLoader } from '@testbench/bench';

import { ReportError } from '../errors.js';
import type { Reporter, ReporterFactory, ReportOutput } from '../reporter.js';

/**
 * Makes the reporter of a module: the result of its `default` or `createReporter` for an output. The module runs with all rights of this process.
 *
 * @param path Absolute path.
 * @param output Where the reporter writes.
 * @param loader For TypeScript. @default Node itself, if it strips types (22.18 and later)
 * @throws {ReportError} `REPORT_BAD_REPORTER`.
 */
export async function loadReporter(
  path: string,
  output: ReportOutput,
  loader?: ScriptLoader,
): Promise<Reporter> {
  const bad = (state: string, cause?: unknown): ReportError =>
    new ReportError(
      'REPORT_BAD_REPORTER',
      path,
      `Cannot load reporter ${JSON.stringify(path)}: ${state}`,
      { cause },
    );
  let found: unknown;
  try {
    const exported =
      /ts$/i.test(path) && loader !== undefined
        ? await loader.load(path)
        : ((await import(pathToFileURL(path).href)) as Readonly<Record<string, unknown>>);
    const factory = exported['default'] ?? exported['createReporter'];
    if (typeof factory !== 'function') {
      throw bad('it exports no function as "default" or "createReporter"');
    }
    found = await (factory as ReporterFactory)(output);
  } catch (cause) {
    if (cause instanceof ReportError) throw cause;
    throw bad(cause instanceof Error ? cause.message : String(cause), cause);
  }
  return checkReporter(found, bad);
}

const METHODS = ['start', 'row', 'end'] as const;

function checkReporter(found: unknown, bad: (state: string) => ReportError): Reporter {
  const reporter = Object(found) as Partial<Record<keyof Reporter, unknown>>;
  if (reporter.specificationVersion !== 'v1') throw bad('its "specificationVersion" is not "v1"');
  if (typeof reporter.name !== 'string' || reporter.name === '') throw bad('it has no "name"');
  for (const method of METHODS) {
    const value = reporter[method];
    const isMissing = value === undefined && method !== 'end';
    if (!isMissing && typeof value !== 'function') throw bad(`its "${method}" is no function`);
  }
  return guardReporter(found as Reporter);
}

/** Adds to an error which reporter threw it. */
function guardReporter(reporter: Reporter): Reporter {
  const { specificationVersion, name } = reporter;
  const guard = async (action: () => void | Promise<void>): Promise<void> => {
    try {
      await action();
    } catch (cause) {
      const state = cause instanceof Error ? cause.message : String(cause);
      throw new ReportError(
        'REPORT_REPORTER_FAILED',
        name,
        `Cannot report by ${JSON.stringify(name)}: it throws: ${state}`,
        { cause },
      );
    }
  };
  return {
    specificationVersion,
    name,
    start: (runs) => guard(async () => await reporter.start?.(runs)),
    // Avoids calling a missing method for a million rows.
    ...(reporter.row === undefined
      ? {}
      : { row: (row, run) => guard(() => reporter.row!(row, run)) }),
    end: (results) => guard(() => reporter.end(results)),
  };
}
