import { useEffect, useState } from 'preact/hooks';

/** True on a narrow page, such as on a phone. */
export function useNarrow(): boolean {
  const [query] = useState(() => matchMedia('(max-width: 720px)'));
  const [isNarrow, setNarrow] = useState(query.matches);
  useEffect(() => {
    const listen = (): void => setNarrow(query.matches);
    query.addEventListener('change', listen);
    return () => query.removeEventListener('change', listen);
  }, [query]);
  return isNarrow;
}
