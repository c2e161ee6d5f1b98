import { type DevEvent, explainFailure, type RecordOutcome } from '@testbench/dev';

/** An event as JSON: errors with code, message and place. */
export function devEventJson(event: DevEvent): object {
  switch (event.type) {
    case 'load-failed':
    case 'dataset-failed':
      return { ...event, error: errorJson(event.error) };
    case 'tests':
      return {
        ...event,
        files: event.files.map((file) => ({
          ...file,
          failures: file.failures.map(({ line, actual, expected, cause, logs }) => {
            const shown = cause === undefined ? actual : { error: errorJson(cause) };
            return { line, expected, actual: shown, logs: logs.map(logJson) };
          }),
        })),
      };
    case 'scores':
      return {
        ...event,
        changes: event.changes.map(({ id, before, after }) => ({
          id,
          before: outcomeJson(before),
          after: outcomeJson(after),
        })),
        firstFailure: event.firstFailure && outcomeJson(event.firstFailure),
      };
    default:
      return event;
  }
}

function outcomeJson({ error, ...outcome }: RecordOutcome): object {
  return error === undefined ? outcome : { ...outcome, error: errorJson(error) };
}

function errorJson(error: unknown): object {
  const { code, message, place } = explainFailure(error);
  return { code, message, ...(place !== undefined && { place }) };
}

function logJson({ level, message }: { readonly level: string; readonly message: string }): object {
  return { level, message };
}
