/** Credentials for a registry. */
export interface RegistryCredentials {
  readonly username: string;
  /** Password or access token; goes only to the registry itself and to its token service. */
  readonly password: string;
  /** A refresh token, which is used instead of the password. */
  readonly identityToken?: string;
}

/** Finds the credentials for a host; undefined if there are none. Called once, when the registry asks for credentials. */
export type FindCredentials = (
  host: string,
) => Promise<RegistryCredentials | undefined> | RegistryCredentials | undefined;
