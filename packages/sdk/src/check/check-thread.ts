// Runs in a separate thread, which is terminated when a step takes too long: the plugin has no fuel limit here.
import { parentPort, workerData } from 'node:worker_threads';

import { GUEST_CHECKS } from './guest-checks.js';
import { ContractBreach, type GuestAnswer, PlainGuest } from './plain-guest.js';
import { failed, type Finding, Subject } from './subject.js';
import type { ThreadReport, ThreadTask } from './thread-messages.js';

function report(message: ThreadReport): void {
  // A thread has no origin.
  // oxlint-disable-next-line unicorn/require-post-message-target-origin
  parentPort!.postMessage(message);
}

function attempt(run: () => Finding): Finding {
  try {
    return run();
  } catch (error) {
    if (error instanceof ContractBreach) return failed(error.message);
    throw error;
  }
}

const task = workerData as ThreadTask;
if (task.kind === 'ask-metadata') {
  const { bytes, contract } = task;
  let answer: GuestAnswer | undefined;
  const finding = attempt(() => {
    const module = new WebAssembly.Module(new Uint8Array(bytes));
    answer = new PlainGuest(module, contract).metadata();
    return answer.ok
      ? { status: 'ok', detail: '' }
      : failed(`plugin_metadata answers ${answer.code}`);
  });
  report({ kind: 'metadata', finding, bytes: answer?.ok ? answer.bytes : undefined });
} else {
  for (const name of task.checks) {
    report({ kind: 'begin', name });
    report({
      kind: 'end',
      name,
      finding: attempt(() => GUEST_CHECKS[name](new Subject(task.subject))),
    });
  }
}
