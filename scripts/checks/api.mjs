// Compares what each package exports with its report in etc/, so that a change to the API shows in review.
// Usage: node scripts/checks/api.mjs [--update] [package …]     All packages, or the named ones: types, core. Their
// declarations must be built.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { importNames } from '../lib/pack.mjs';
import { root, workspacePackages } from '../lib/workspace.mjs';

/** Maximum number of functions, classes and constants in an entry point: with more, users cannot find the right one. */
const MOST_VALUES = 25;
const require = createRequire(join(root, 'tests/package.json'));
const { Extractor, ExtractorConfig } = require('@microsoft/api-extractor');
const update = process.argv.includes('--update');
const named = process.argv.slice(2).filter((argument) => argument !== '--update');
const temporary = mkdtempSync(join(tmpdir(), 'testbench-api-'));
let failures = 0;

try {
  for (const { folder, manifest } of workspacePackages()) {
    // AssemblyScript has no declarations.
    if (manifest.private === true || !folder.startsWith('packages/')) continue;
    if (named.length > 0 && !named.includes(folder.slice('packages/'.length))) continue;
    for (const name of importNames(manifest)) await report(folder, manifest, name);
  }
} finally {
  rmSync(temporary, { recursive: true });
}
process.exitCode = failures === 0 ? 0 : 1;

async function report(folder, manifest, name) {
  const subpath = `.${name.slice(manifest.name.length)}`;
  const file = `${name.slice('@testbench/'.length).replaceAll('/', '-')}.api.md`;
  const etc = join(root, folder, 'etc');
  mkdirSync(etc, { recursive: true });
  const silent = { default: { logLevel: 'none' } };
  const config = ExtractorConfig.prepare({
    configObjectFullPath: undefined,
    packageJsonFullPath: join(root, folder, 'package.json'),
    configObject: {
      projectFolder: join(root, folder),
      mainEntryPointFilePath: join(root, folder, manifest.exports[subpath].types),
      compiler: { tsconfigFilePath: join(root, folder, 'tsconfig.json') },
      newlineKind: 'lf',
      apiReport: {
        enabled: true,
        reportFileName: file,
        reportFolder: etc,
        reportTempFolder: temporary,
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: {
        compilerMessageReporting: silent,
        tsdocMessageReporting: silent,
        extractorMessageReporting: {
          ...silent,
          // A type that users receive but cannot import: it appears in the report.
          'ae-forgotten-export': { logLevel: 'warning', addToApiReportFile: true },
        },
      },
    },
  });
  const { apiReportChanged } = Extractor.invoke(config, {
    localBuild: update,
    messageCallback: (message) => {
      message.handled = true;
    },
  });
  if (apiReportChanged && !update) {
    fail(
      `${folder}/etc/${file} is not what ${name} exports; run scripts/checks/api.mjs --update and look at the difference`,
    );
  }
  const { default: path } = manifest.exports[subpath];
  const values = Object.keys(await import(pathToFileURL(join(root, folder, path)).href)).length;
  const most = MOST_VALUES;
  if (values > most)
    fail(`${name} exports ${values} functions, classes and constants, limit is ${most}`);
}

function fail(problem) {
  failures += 1;
  console.error(problem);
}
