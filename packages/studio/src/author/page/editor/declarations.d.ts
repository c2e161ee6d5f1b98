/** What `@testbench/plugins-sdk` exports, and the types of AssemblyScript; put in when the page is built. */
declare module 'virtual:sdk-declarations' {
  export interface Declaration {
    readonly signature: string;
    /** Markdown. */
    readonly doc: string;
    readonly members: readonly { readonly signature: string; readonly doc: string }[];
  }
  export const SDK_DECLARATIONS: Readonly<Record<string, Declaration>>;
}
