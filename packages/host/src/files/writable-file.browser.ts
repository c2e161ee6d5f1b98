/** A browser has no files, and therefore no writable ones. */
// oxlint-disable-next-line typescript/no-extraneous-class -- something is asked whether it is one
export class WritableFile {}
