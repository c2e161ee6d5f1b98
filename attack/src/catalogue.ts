import type { Attack } from './attack.ts';
import { abi } from './groups/abi.ts';
import { attachmentRows } from './groups/attachments.ts';
import { asking } from './groups/asking.ts';
import { compiling } from './groups/compiling.ts';
import { cutAnswers } from './groups/cut-answers.ts';
import { cacheEntries } from './groups/cache-entries.ts';
import { execution } from './groups/execution.ts';
import { extismRows } from './groups/extism.ts';
import { filesAndData } from './groups/files-and-data.ts';
import { filesystem } from './groups/filesystem.ts';
import { dataSets } from './groups/data-sets.ts';
import { customFunctions } from './groups/custom-functions.ts';
import { guestStacks } from './groups/guest-stacks.ts';
import { hostFunctions } from './groups/host-functions.ts';
import { imports } from './groups/imports.ts';
import { judges } from './groups/judges.ts';
import { lifecycle } from './groups/lifecycle.ts';
import { limits } from './groups/limits.ts';
import { managerRows } from './groups/manager.ts';
import { moduleFormat } from './groups/module-format.ts';
import { network } from './groups/network.ts';
import { paidAnswers } from './groups/paid-answers.ts';
import { providerRows } from './groups/providers.ts';
import { pythonRows } from './groups/python.ts';
import { queueRows } from './groups/queue.ts';
import { reads } from './groups/reads.ts';
import { runCodeRows } from './groups/run-code.ts';
import { registryRows } from './groups/registry.ts';
import { signatures } from './groups/signatures.ts';
import { reports } from './groups/reports.ts';
import { runFolders } from './groups/run-folders.ts';
import { scripts } from './groups/scripts.ts';
import { secretRows } from './groups/secrets.ts';
import { studioContent } from './groups/studio-content.ts';
import { studioGate } from './groups/studio-gate.ts';
import { studioLoad } from './groups/studio-load.ts';
import { stateFiles } from './groups/state-files.ts';
import { serveRows } from './groups/serve.ts';
import { sums } from './groups/sums.ts';
import { supplyChain } from './groups/supply-chain.ts';
import { tools } from './groups/tools.ts';
import { telemetryRows } from './groups/telemetry.ts';

/** Rows of the catalogue; higher numbers are additional attacks, each with its own number. */
export const ROWS = 119;

/** Every attack, by row. */
export const CATALOGUE: readonly Attack[] = [
  ...moduleFormat,
  ...execution,
  ...compiling,
  ...abi,
  ...sums,
  ...reads,
  ...runFolders,
  ...imports,
  ...hostFunctions,
  ...customFunctions,
  ...asking,
  ...filesystem,
  ...network,
  ...registryRows,
  ...signatures,
  ...managerRows,
  ...lifecycle,
  ...cacheEntries,
  ...supplyChain,
  ...cutAnswers,
  ...limits,
  ...guestStacks,
  ...secretRows,
  ...filesAndData,
  ...dataSets,
  ...stateFiles,
  ...paidAnswers,
  ...judges,
  ...providerRows,
  ...pythonRows,
  ...runCodeRows,
  ...reports,
  ...scripts,
  ...queueRows,
  ...studioGate,
  ...studioLoad,
  ...studioContent,
  ...telemetryRows,
  ...tools,
  ...serveRows,
  ...attachmentRows,
  ...extismRows,
].sort((one, other) => one.row - other.row);
