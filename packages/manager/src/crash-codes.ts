/** Codes of calls whose thread, process or instance was lost: what a plugin is quarantined for. */
export const CRASH_CODES: ReadonlySet<string> = new Set([
  'CALL_CRASHED',
  'CALL_BAD_MESSAGE',
  'CALL_START_FAILED',
]);
