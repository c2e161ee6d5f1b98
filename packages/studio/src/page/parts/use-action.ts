import { useState } from 'preact/hooks';

/** Something that a person starts, such as by a button. */
export interface Action {
  /** Why the last attempt failed. */
  readonly error: Error | undefined;
  readonly isBusy: boolean;
  /** Starts it; never rejects. */
  readonly start: () => Promise<void>;
}

/** Keeps whether an action is under way, and why it failed. */
export function useAction(act: () => Promise<void>): Action {
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<Error>();
  return {
    error,
    isBusy,
    async start() {
      setBusy(true);
      setError(undefined);
      try {
        await act();
      } catch (cause) {
        setError(cause as Error);
      } finally {
        setBusy(false);
      }
    },
  };
}
