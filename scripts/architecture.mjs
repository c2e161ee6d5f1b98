/**
 * The direction of dependencies: what each package may import from the workspace.
 *
 * The one source of this rule. The table in docs/architecture.md is compared with it.
 */
export const mayImport = {
  types: [],
  wasm: ['types'],
  metering: ['types', 'wasm'],
  runtime: ['types', 'metering'],
  sandbox: ['types', 'wasm'],
  host: ['types', 'sandbox'],
  registry: ['types', 'wasm', 'sandbox', 'host'],
  'registry-oci': ['types', 'sandbox', 'host', 'registry'],
  manager: ['types', 'sandbox', 'host', 'runtime'],
  core: ['types', 'manager', 'registry'],
  statistics: [],
  extism: ['types', 'wasm', 'core'],
  bench: ['types', 'wasm', 'metering', 'core', 'statistics'],
  'bench-queue': ['types', 'metering', 'core', 'bench'],
  report: ['types', 'bench', 'core'],
  interop: ['types', 'bench', 'core'],
  promptfoo: ['types', 'bench', 'core'],
  'http-server': ['types'],
  telemetry: ['types', 'bench', 'http-server'],
  serve: ['types', 'core', 'http-server', 'telemetry'],
  vitest: ['types', 'core', 'bench', 'plugins'],
  plugins: [],
  trust: ['types'],
  script: ['types', 'wasm', 'core'],
  compiler: [],
  sdk: ['types', 'wasm', 'sandbox', 'host', 'core', 'compiler'],
  dev: ['types', 'core', 'bench', 'sdk', 'script'],
  'create-plugin': ['types'],
  studio: [
    'types',
    'bench',
    'compiler',
    'core',
    'create-plugin',
    'http-server',
    'registry',
    'report',
    'script',
    'sdk',
    'statistics',
    'trust',
  ],
  cli: [
    'types',
    'bench',
    'bench-queue',
    'create-plugin',
    'core',
    'dev',
    'interop',
    'registry',
    'registry-oci',
    'report',
    'script',
    'sdk',
    'serve',
    'statistics',
    'studio',
    'telemetry',
    'trust',
  ],
};

/** Packages that run in browsers, so that no Node module may be imported. */
export const withoutNode = ['types', 'wasm', 'metering', 'runtime', 'sandbox', 'statistics'];

/** Packages without any dependency from outside the workspace. */
export const withoutDependencies = ['types', 'wasm', 'metering', 'statistics'];
