/** There are no files in a browser, and so none of these. */
// oxlint-disable-next-line typescript/no-extraneous-class -- something is asked whether it is one
export class WritableFile {}
