/** What the server writes into the demo page. */

/** An app that photos can be uploaded as. */
export interface App {
  full_name: string;
  api_key: string;
}

/** The page's set-up. */
export interface DemoConfig {
  apps: App[];
  /** The address of `POST /generate_policy`. */
  signing_url: string;
}

/** Reads the JSON; throws an Error with a sentence for the page where it is of no use. */
export function readConfig(text: string | null): DemoConfig {
  let config: Partial<DemoConfig>;
  try {
    config = JSON.parse(text ?? "");
  } catch {
    throw new Error("the server has not filled in its set-up.");
  }
  if (!config.apps?.length) throw new Error("the server knows no app to upload as.");
  return config as DemoConfig;
}
