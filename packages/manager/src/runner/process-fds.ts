/** File descriptors of a child process; 0 and 1 are not connected, 2 shows the host why the child died. */

/** Frames from the host. */
export const COMMAND_FD = 3;
/** Frames to the host. */
export const REPLY_FD = 4;
