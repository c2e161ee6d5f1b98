declare module 'text-readability' {
  const readability: Record<
    'automatedReadabilityIndex' | 'colemanLiauIndex' | 'fleschReadingEase',
    (text: string) => number
  >;
  // oxlint-disable-next-line import/no-default-export -- as the package does
  export default readability;
}
