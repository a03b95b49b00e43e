/** A page that can be reloaded: only localStorage stays. */

import { vi } from "vitest";
import type { FileUpload, UploadSettings } from "../src/core/uploader";
import { aServer, FakeService, FakeXhr } from "./fakes";
import { film, type Made, MIB, made } from "./uploads";

/** One page after the other, with one service and one app. */
export class Page {
  readonly server = aServer();
  readonly service = FakeService.install();
  #Upload: typeof import("../src/core/uploader").FileUpload | undefined;

  static async open(): Promise<Page> {
    localStorage.clear();
    const page = new Page();
    await page.reload();
    return page;
  }

  /** Loads all modules anew. */
  async reload(): Promise<void> {
    FakeXhr.install();
    vi.resetModules();
    this.#Upload = (await import("../src/core/uploader")).FileUpload;
  }

  /** A file that this page uploads. */
  made(file = film(), more: Partial<UploadSettings> = {}): Made {
    return made(file, { server: this.server, ...more }, this.#Upload);
  }

  /** Has the page reloaded once S3 has the first part of a film. */
  async interrupt(): Promise<void> {
    const { upload, run } = this.made();
    void run();
    await this.firstPart(upload);
    await this.reload();
  }

  /** Lets S3 store the first of three parts. */
  async firstPart(upload: FileUpload): Promise<void> {
    await FakeXhr.next(3);
    this.service.store(FakeXhr.sent[0] as FakeXhr);
    await vi.waitFor(() => {
      if (upload.loaded !== 8 * MIB) throw new Error(`${upload.loaded} bytes are sent`);
    });
  }

  /** What is kept, by the facts of the file. */
  get kept(): Record<string, Record<string, unknown>> {
    return JSON.parse(localStorage.getItem("renuo-upload") ?? "{}");
  }

  /** The only one that is kept. */
  get only(): Record<string, unknown> {
    return Object.values(this.kept)[0] ?? {};
  }
}
