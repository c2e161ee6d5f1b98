// What every platform runs, bundled into one script; it uses only what all of them have.
import { type Finding, type Inputs, MARK } from './findings.js';
import { meteringFindings } from './scenario-metering.js';
import { runtimeFindings } from './scenario-runtime.js';
import { waitingFindings } from './scenario-waiting.js';

/** Put before the bundle by `run.ts`. */
declare const INPUTS: Inputs;

const decode = (base64: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));

async function findings(): Promise<readonly Finding[]> {
  try {
    return [
      ...meteringFindings(decode(INPUTS.guest)),
      ...(await runtimeFindings(decode(INPUTS.plugin))),
      ...(await waitingFindings(decode(INPUTS.waiting))),
    ];
  } catch (error) {
    const value = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return [{ check: 'runs to its end', value, ok: false }];
  }
}

const report = MARK + JSON.stringify(await findings());
console.log(report);

// In a browser: the page first, then a worker that it starts; each posts what it found.
if (typeof location === 'object' && location.protocol === 'http:') {
  const inPage = typeof document === 'object';
  await fetch(inPage ? '/page' : '/worker', { method: 'POST', body: report });
  if (inPage) void new Worker('/scenario.mjs', { type: 'module' });
}
