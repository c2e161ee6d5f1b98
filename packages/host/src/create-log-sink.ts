import { LOG_LEVELS, type LogLevel, type LogSink } from '@testbench/types/abi';
import { ConfigNode } from '@testbench/types/config';

/** A logger with one method a level, each taking fields and a message: pino, and what is made like it. */
export type StructuredLogger = Readonly<
  Record<LogLevel, (fields: object, message: string) => void>
>;

/**
 * Makes a sink that hands log records to pino, or to a logger like it.
 *
 * The plugin's id, the request's and the time stand in fields; the message is untrusted text, escaped already. The logger
 * decides which levels it keeps.
 *
 * @throws {ConfigError} `CONFIG_INVALID` for a logger that lacks a level.
 *
 * @example
 * ```ts
 * import { createLogSink } from '@testbench/host';
 *
 * const lines: string[] = [];
 * const write = (fields: object, message: string): void => {
 *   lines.push(`${JSON.stringify(fields)} ${message}`);
 * };
 * const sink = createLogSink({ trace: write, debug: write, info: write, warn: write, error: write });
 * sink({ pluginId: 'demo', level: 'info', message: 'hello', timestampMs: 5 });
 * lines; // => ['{"pluginId":"demo","timestampMs":5} hello']
 * ```
 */
export function createLogSink(logger: StructuredLogger): LogSink {
  new ConfigNode(logger, 'logger').implementation<StructuredLogger>(...LOG_LEVELS);
  return ({ level, message, ...fields }) => logger[level](fields, message);
}
