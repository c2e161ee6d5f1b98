/** Runs a configuration, as the command line does. Usage: node child.ts <benchmark.json> */
import { loadBenchmarkConfig, runPlan } from '@testbench/bench';

const { ok } = await runPlan(await loadBenchmarkConfig(process.argv[2]!));
process.exitCode = ok ? 0 : 1;
