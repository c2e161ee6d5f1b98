import { PluginError } from '@testbench/types/errors';

/** Why a test host cannot do what a test asks. */
export type TestHostErrorCode =
  /** The plugin sent a request that was not recorded. */
  | 'TEST_NO_RECORDING'
  /** A file of recordings or of golden outputs cannot be read. */
  | 'TEST_BAD_FILE';

/** A test cannot continue; the plugin is not to blame. */
export class TestHostError extends PluginError<TestHostErrorCode> {
  override get name(): 'TestHostError' {
    return 'TestHostError';
  }
}
