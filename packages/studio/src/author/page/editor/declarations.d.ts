/** The exports of `@testbench/plugins-sdk`, and the types of AssemblyScript; inserted when the page is built. */
declare module 'virtual:sdk-declarations' {
  export interface Declaration {
    readonly signature: string;
    /** Markdown. */
    readonly doc: string;
    readonly members: readonly { readonly signature: string; readonly doc: string }[];
  }
  export const SDK_DECLARATIONS: Readonly<Record<string, Declaration>>;
}
