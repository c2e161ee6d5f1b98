import { choice, text, wholeNumber } from '../command-line/flags.js';

/** Telemetry flags of commands that run cases. */
export const TELEMETRY_FLAGS = {
  telemetry: choice(
    ['otlp'],
    'send traces, metrics and results with the OpenTelemetry SDK of your project, as the variables OTEL_… say',
  ),
  metricsPort: wholeNumber(
    0,
    'serve /metrics for Prometheus, /healthz and /readyz on this port (0: any that is free)',
  ),
  metricsHost: text('address', 'where that is reached (default: 127.0.0.1, this machine alone)'),
};
