import { LOG_LEVELS, type LogLevel, type LogSink } from '@testbench/types/abi';
import { ConfigNode } from '@testbench/types/config';

/** A logger with one method per level, each taking fields and a message: pino and similar loggers. */
export type StructuredLogger = Readonly<
  Record<LogLevel, (fields: object, message: string) => void>
>;

/**
 * Makes a sink that passes log records to pino or a similar logger.
 *
 * The plugin's id, the request's id and the time are passed as fields; the message is untrusted text that is already escaped. The logger
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
