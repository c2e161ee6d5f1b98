import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';

/** Initially invisible parts: they are rendered once the rest is on the screen. */
export function Later({ children }: { readonly children: () => ComponentChildren }): JSX.Element {
  const [isTime, setTime] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setTime(true));
    return () => clearTimeout(timer);
  }, []);
  return <>{isTime && children()}</>;
}
