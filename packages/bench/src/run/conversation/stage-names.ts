/** Names of the stages of tools and conversations in rows and summaries. */

/** Checks arguments of tools. */
export const TOOL_CHECK = 'toolCheck';
/** Plays the user. */
export const USER_STAGE = 'user';
const TOOLS = 'tools.';

/** The stage of the plugin that answers a tool. */
export function toolStageName(tool: string): string {
  return TOOLS + tool;
}

/** True for stages that run before an answer is scored. */
export function givesAnswer(stage: string): boolean {
  return (
    stage === 'provider' ||
    stage === TOOL_CHECK ||
    stage === USER_STAGE ||
    stage.startsWith(TOOLS) ||
    stage.startsWith('transforms[')
  );
}
