/** Shells for which there is a script of completion. */
export const SHELLS = ['bash', 'zsh', 'fish', 'powershell'] as const;
