import type { PipelineItem, PipelineStage } from '../pipeline/pipeline-stage.js';
import type { RunnerCommand } from '../runner/messages.js';
import type { BatchResult, CallControls, Executor } from './executor.js';
import type { RemoteGuest } from './remote-guest.js';

/** A stage of a pipeline whose plugin runs in a thread. */
export interface RemoteStageOf<Runs extends Pick<Executor, 'payload' | 'limits'>> {
  readonly executor: Runs;
  readonly stage: PipelineStage;
  readonly controls: CallControls;
}

/** The results of a pipeline's items. */
export interface RemotePipelineResults {
  /** Ordered by stage, then by item; undefined for a call that was not made. */
  readonly results: readonly (BatchResult | undefined)[];
  /** Indices of items that must be run another way. */
  readonly left: ReadonlySet<number>;
}

/** Builds the message to a thread. */
export function pipelineCommand(
  stages: readonly RemoteStageOf<
    Pick<Executor, 'payload' | 'limits'> & { readonly guest: RemoteGuest }
  >[],
  items: readonly PipelineItem[],
  nowMs: number | undefined,
): Extract<RunnerCommand, { type: 'pipeline' }> {
  const texts = items.flatMap((item) => item.texts);
  const ends = new Uint32Array(texts.length);
  let end = 0;
  for (const [index, text] of texts.entries()) {
    end += text.length;
    ends[index] = end;
  }
  return {
    type: 'pipeline',
    stages: stages.map(({ executor, stage, controls }) => ({
      version: executor.guest.version,
      data: stage.data,
      payload: executor.payload,
      gives: stage.gives,
      timeoutMs: controls.timeoutMs ?? executor.limits.timeoutMs,
      maxFuel: controls.maxFuel ?? executor.limits.maxFuel,
      randomStream: controls.randomStream ?? 0,
    })),
    text: texts.join(''),
    ends,
    requestIds: items.map(({ requestId }) => requestId),
    ...(nowMs === undefined ? {} : { nowMs }),
  };
}
