/**
 * Reports runs to OpenTelemetry and Prometheus: one trace per run, across all its machines; metrics; results of evaluators as events; and a server for
 * `/metrics`, `/healthz` and `/readyz`.
 *
 * It is a separate package so that only its users install it: `bench` knows only the interface of its hooks, and this package only the API of
 * OpenTelemetry, not an SDK.
 *
 * @packageDocumentation
 */
export type { Labels } from './bounded-labels.js';
export { TelemetryError, type TelemetryErrorCode } from './errors.js';
export type { MetricName } from './metric-table.js';
export { MetricsRegistry } from './prometheus/metrics-registry.js';
export { createRunTelemetry, type RunTelemetryOptions } from './run-telemetry.js';
export {
  type MetricsServer,
  type MetricsServerOptions,
  startMetricsServer,
} from './server/metrics-server.js';
export type { ReadyCheck } from './server/ready-checks.js';
