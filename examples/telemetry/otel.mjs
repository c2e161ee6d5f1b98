// For programs that run benchmarks themselves, and for settings that the variables OTEL_… do not have:
//   node --import ./otel.mjs your-program.mjs
//   NODE_OPTIONS="--import $PWD/otel.mjs" testbench run bench.json
// `testbench run --telemetry otlp` does the same with the settings of the environment alone.
import { NodeSDK } from '@opentelemetry/sdk-node';

const sdk = new NodeSDK({
  serviceName: process.env.OTEL_SERVICE_NAME ?? 'testbench',
  // The arguments of the process would be among the attributes.
  autoDetectResources: false,
  instrumentations: [],
});
sdk.start();

process.once('beforeExit', () => {
  sdk
    .shutdown()
    .catch((error) => process.stderr.write(`telemetry could not be sent: ${error.message}\n`));
});
