/** `<renuo-upload>`: the upload client as an element that takes part in forms. */

import type { UploadResult } from "./core/result";
import type { OwnOptions, RenuoUploadOptions } from "./options";
import { RenuoUpload } from "./renuo_upload";

/** Where there is no page, on a server that renders, the module can be loaded all the same. */
const Base = globalThis.HTMLElement ?? (class {} as typeof HTMLElement);

/** How a form's value is written, from the attribute `value-format`. */
type Format = "file-path" | "key" | "json";

const NUMBERS: Record<string, keyof OwnOptions> = {
  "max-files": "maxFiles",
  "max-filesize": "maxFilesize",
  "max-pixels": "maxPixels",
  "max-width": "maxWidth",
  "max-height": "maxHeight",
  quality: "quality",
  "parallel-uploads": "parallelUploads",
};
const FLAGS: Record<string, keyof OwnOptions> = { folders: "folders", camera: "camera" };

/**
 * The element. Its attributes are `api-key`, `signing-url`, `accept`, `name`, `required`,
 * `disabled`, `value-format`, `lang`, and the options `max-files`, `max-filesize`, `max-pixels`,
 * `max-width`, `max-height`, `quality`, `parallel-uploads`, `folders`, `camera`. They are read when
 * the element comes into the page; `options` has all others.
 *
 * A form sends one entry of the element's name for each verified file. While files are on their
 * way, or none is there and it is `required`, the form is not valid.
 */
export class RenuoUploadElement extends Base {
  static readonly formAssociated = true;
  static readonly observedAttributes = ["required", "name", "disabled", "value-format"];

  /** Options that have no attribute; set before the element comes into the page. */
  options: Partial<RenuoUploadOptions> = {};
  #upload: RenuoUpload | undefined;
  #internals: ElementInternals | undefined;
  #isDisabled = false;

  /** The client underneath, while the element is in the page. */
  get upload(): RenuoUpload | undefined {
    return this.#upload;
  }

  /** The verified files. */
  get results(): UploadResult[] {
    return this.#upload?.results ?? [];
  }

  /** What a form gets, one for each file. */
  get value(): string[] {
    const format = (this.getAttribute("value-format") ?? "file-path") as Format;
    return this.results.map((result) => formatted(result, format));
  }

  get form(): HTMLFormElement | null {
    return this.#internals?.form ?? null;
  }

  get name(): string {
    return this.getAttribute("name") ?? "";
  }

  get validity(): ValidityState | undefined {
    return this.#internals?.validity;
  }

  get validationMessage(): string {
    return this.#internals?.validationMessage ?? "";
  }

  checkValidity(): boolean {
    return this.#internals?.checkValidity() ?? true;
  }

  reportValidity(): boolean {
    return this.#internals?.reportValidity() ?? true;
  }

  connectedCallback(): void {
    if (this.#upload) return; // moved within the page
    this.#internals ??= this.attachInternals();
    this.#upload = new RenuoUpload(this, this.#readOptions());
    for (const name of ["changed", "removed"] as const)
      this.#upload.on(name, () => this.#refresh());
    for (const name of ["done", "removed"] as const)
      this.#upload.on(name, () => this.#tellChange());
    this.#apply();
  }

  disconnectedCallback(): void {
    // An element that is only moved is back at once.
    queueMicrotask(() => {
      if (this.isConnected) return;
      this.#upload?.destroy();
      this.#upload = undefined;
    });
  }

  attributeChangedCallback(): void {
    if (this.#upload) this.#apply();
  }

  formResetCallback(): void {
    this.#upload?.remove();
  }

  formDisabledCallback(isDisabled: boolean): void {
    this.#isDisabled = isDisabled;
    this.#apply();
  }

  #readOptions(): RenuoUploadOptions {
    const attribute = (name: string) => this.getAttribute(name) ?? undefined;
    const numbers = Object.entries(NUMBERS).map(([name, option]) => [
      option,
      number(attribute(name)),
    ]);
    const flags = Object.entries(FLAGS).map(([name, option]) => [option, this.hasAttribute(name)]);
    const given = {
      ...Object.fromEntries([...numbers, ...flags]),
      acceptedFiles: attribute("accept") ?? "",
      apiKey: attribute("api-key"),
      signingUrl: attribute("signing-url"),
      hiddenFields: false,
    };
    return { ...given, ...this.options } as RenuoUploadOptions;
  }

  #apply(): void {
    const button = this.querySelector<HTMLButtonElement>(".renuo-upload__drop");
    if (button) button.disabled = this.#isDisabled;
    const { dropzone } = this.#upload ?? {};
    if (dropzone && !!dropzone.disabled !== this.#isDisabled) {
      if (this.#isDisabled) dropzone.disable();
      else dropzone.enable();
    }
    this.#refresh();
  }

  #refresh(): void {
    const internals = this.#internals;
    if (!internals) return;
    const entries = new FormData();
    for (const value of this.value) entries.append(this.name, value);
    internals.setFormValue(this.name ? entries : null);
    const anchor = this.querySelector<HTMLElement>(".renuo-upload__drop") ?? this;
    const words = this.#upload?.words;
    if (this.#upload?.isBusy) {
      internals.setValidity({ customError: true }, words?.text("form.busy") ?? "…", anchor);
    } else if (this.hasAttribute("required") && !this.results.length) {
      internals.setValidity({ valueMissing: true }, words?.text("form.required") ?? "…", anchor);
    } else internals.setValidity({});
  }

  #tellChange(): void {
    this.#refresh();
    this.dispatchEvent(new Event("input", { bubbles: true, composed: true }));
    this.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

function number(text: string | undefined): number | undefined {
  return text === undefined || text.trim() === "" ? undefined : Number(text);
}

function formatted(result: UploadResult, format: Format): string {
  if (format === "key") return result.key;
  return format === "json" ? JSON.stringify(result) : result.filePath;
}

/** Makes `<renuo-upload>` known to the page, unless it is, or there is none. */
export function defineElement(name = "renuo-upload"): void {
  if (typeof customElements === "undefined" || customElements.get(name)) return;
  customElements.define(name, RenuoUploadElement);
}
