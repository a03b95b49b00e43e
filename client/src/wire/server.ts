/** Where our service is, and for which app it is asked. */

/** One app of one service. */
export interface Server {
  /** The address of `POST /generate_policy`. */
  readonly signingUrl: string;
  /** The address that all others begin with; it ends in a slash. */
  readonly base: string;
  readonly apiKey: string;
}

/** Every address lies beside that of the signatures. */
export function serverOf(signingUrl: string, apiKey: string): Server {
  const absolute = new URL(signingUrl, document.baseURI);
  return { signingUrl: absolute.href, base: new URL(".", absolute).href, apiKey };
}
