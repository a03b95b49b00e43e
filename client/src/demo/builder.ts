/** One picture, and every thumbnail that can be made of it: options in, result and address out. */

import { writeState } from "./address_state";
import { AllowedFilters } from "./app_rules";
import { builderForm } from "./builder_form";
import { type App, appOf, type DemoConfig, imageBase } from "./config";
import { CropEditor } from "./crop_editor";
import { tag } from "./elements";
import { Facts } from "./facts";
import { filmstrip } from "./filmstrip";
import { HandedOut } from "./handed_out";
import { askForBytes, askForSize } from "./original";
import type { Upload } from "./recent_uploads";
import { type Loaded, ResultLoader } from "./result_loader";
import { Stage } from "./stage";
import { StageViews } from "./stage_views";
import { Store } from "./store";
import { PLAIN, type ThumbnailOptions } from "./thumbnail_options";
import { encodedKey, optionsPath, thumbnailPath } from "./thumbnail_url";

const CROP_SIDE = 1200;

export interface BuilderEvents {
  /** Something has become known of the original. */
  onLearn(key: string, facts: Partial<Upload>): void;
  /** The original is not there any more. */
  onGone(key: string): void;
}

export class Builder {
  readonly element = tag("div", "builder__body");
  readonly #base: string;
  readonly #events: BuilderEvents;
  readonly #upload: Upload;
  readonly #store: Store;
  readonly #stage = new Stage();
  readonly #facts = new Facts(() => this.#loader.again());
  readonly #handedOut: HandedOut;
  readonly #crop: CropEditor;
  readonly #loader = new ResultLoader(
    () => this.#stage.wait(),
    (loaded) => this.#show(loaded),
  );
  #times: number[] = [];

  constructor(
    config: DemoConfig,
    upload: Upload,
    options: ThumbnailOptions,
    events: BuilderEvents,
  ) {
    this.#base = imageBase(config);
    this.#events = events;
    this.#upload = { ...upload };
    this.#store = new Store(options);
    const app = appOf(config, upload.key) as App;
    const url = (some: ThumbnailOptions) => this.#url(some);
    this.#handedOut = new HandedOut(config, app, url);
    this.#crop = new CropEditor(this.#store, this.#wholeUrl(app));
    const views = new StageViews(this.#stage, this.#crop);
    const allowed = new AllowedFilters(app.filters, config.filters);
    const form = builderForm(
      this.#store,
      config,
      app,
      allowed,
      () => this.#upload,
      () => views.draw(),
    );
    const strip = filmstrip(this.#store, app, allowed, url);
    const main = tag("div", "builder__main", views.element, this.#facts.element);
    this.element.append(strip, tag("div", "builder__split", main, form), this.#handedOut.element);
    this.#store.watch((now) => this.#want(now));
    void this.#learn();
  }

  /** Gives up what it still asks for. */
  close(): void {
    this.#loader.stop();
  }

  #url(options: ThumbnailOptions): string {
    return this.#base + thumbnailPath(options, this.#upload.key);
  }

  /** The original as a browser can show it, where the app serves that. */
  #wholeUrl(app: App): string {
    if (app.presets_only || app.sizes.length)
      return `${this.#base}/${encodedKey(this.#upload.key)}`;
    const side = Math.min(CROP_SIDE, app.max_side);
    return this.#url({ ...PLAIN, fit: "fit-in", width: side, height: side });
  }

  #want(options: ThumbnailOptions): void {
    history.replaceState(null, "", writeState({ key: this.#upload.key, options }));
    const url = this.#url(options);
    this.#handedOut.show({ options, width: 0, height: 0, originalWidth: this.#upload.width });
    this.#loader.want(url);
  }

  async #show({ url, outcome }: Loaded): Promise<void> {
    if (outcome.kind === "refused") {
      this.#facts.clear();
      this.#stage.refuse(`Refused: ${outcome.status}`, outcome.message);
      if (outcome.status === 404) this.#events.onGone(this.#upload.key);
      return;
    }
    const options = this.#store.options;
    const alt = `${this.#upload.name} as ${optionsPath(options) || "it is"}`;
    const size = await this.#stage.show(outcome.kind === "made" ? outcome.blob : url, alt);
    if (!size || url !== this.#url(this.#store.options)) return;
    this.#handedOut.show({ options, ...size, originalWidth: this.#upload.width });
    if (outcome.kind !== "made") return this.#facts.clear();
    this.#times = [...this.#timesOf(url), outcome.milliseconds];
    this.#facts.show(outcome, size, this.#upload.bytes, this.#times.slice(-2));
  }

  #timed = "";

  /** The times of the same picture; of another one there are none. */
  #timesOf(url: string): number[] {
    if (this.#timed !== url) this.#times = [];
    this.#timed = url;
    return this.#times;
  }

  async #learn(): Promise<void> {
    const { key, width, bytes } = this.#upload;
    const [size, facts] = await Promise.all([
      width ? {} : askForSize(this.#base, key),
      bytes ? {} : askForBytes(`${this.#base}/${encodedKey(key)}`),
    ]);
    Object.assign(this.#upload, size, facts);
    this.#crop.bounds = this.#upload;
    this.#store.set({}); // the form shows the original's size
    if (width === 0 || bytes === 0) this.#events.onLearn(key, { ...size, ...facts });
  }
}
