/** What the server writes into the demo page. */

/** An app that photos can be uploaded as, and what its record allows. */
export interface App {
  full_name: string;
  api_key: string;
  private: boolean;
  /** The names of its presets. */
  presets: string[];
  presets_only: boolean;
  /** The only sizes and filters allowed; none allow all. */
  sizes: string[];
  filters: string[];
  max_side: number;
  max_filters: number;
}

/** Where this version of the upload client lies. */
export interface ClientFiles {
  version: string;
  files: Record<string, { url: string; integrity: string }>;
}

/** The page's set-up. */
export interface DemoConfig {
  apps: App[];
  /** The address of `POST /generate_policy`. */
  signing_url: string;
  /** Without a scheme. */
  cdn_host: string;
  /** What `@<format>` may say. */
  formats: string[];
  /** The names of the filters that the server has. */
  filters: string[];
  client: ClientFiles;
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

/** Of all images, `https://cdn.example`. */
export function imageBase(config: DemoConfig): string {
  return `${window.location.protocol}//${config.cdn_host}`;
}

/** The app that an object key belongs to. */
export function appOf(config: DemoConfig, key: string): App | undefined {
  return config.apps.find((app) => app.full_name === key.split("/")[1]);
}
