import type { CommandCall } from '../command-line/define-command.js';
import { writeCompletionScript } from '../command-line/complete.js';
import { ExitCode } from '../exit-code.js';
import type { COMPLETION_FLAGS } from '../flags/completion.js';

/** `testbench completion <shell>` */
export async function completionCommand({
  io,
  args,
  commands,
}: CommandCall<typeof COMPLETION_FLAGS>): Promise<ExitCode> {
  writeCompletionScript(args[0]!, io, commands);
  return ExitCode.ok;
}
