import { act, createElement, createRef, StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { afterEach, expect, test, vi } from "vitest";
import { createApp, h } from "vue";
import type { RenuoUpload as Client } from "../src/index";
import { RenuoUpload as ReactUpload } from "../src/react";
import { RenuoUpload as VueUpload } from "../src/vue";
import { fakeService, photo, signingUrl, storeAll } from "./fake_page";

const OPTIONS = {
  acceptedFiles: "image/*",
  apiKey: "k1",
  signingUrl: signingUrl(),
};

afterEach(() => {
  document.body.replaceChildren();
  vi.unstubAllGlobals();
});

function place(): HTMLElement {
  const root = document.createElement("div");
  document.body.append(root);
  return root;
}

test("the React component uploads, tells its newest handler, and leaves nothing behind", async () => {
  vi.stubGlobal("IS_REACT_ACT_ENVIRONMENT", true);
  fakeService();
  const root = createRoot(place());
  const client = createRef<Client | undefined>();
  const [first, second] = [vi.fn(), vi.fn()];
  const show = (onDone: () => void) => {
    const upload = createElement(ReactUpload, { options: OPTIONS, onDone, ref: client });
    return act(() => root.render(createElement(StrictMode, null, upload)));
  };
  await show(first);
  await show(second);
  expect(document.querySelectorAll(".renuo-upload__drop")).toHaveLength(1);
  client.current?.add([photo()]);
  await storeAll(1);
  await vi.waitFor(() => expect(second).toHaveBeenCalledTimes(1));
  expect(second.mock.calls[0]?.[0].result.filePath).toBe("p1/a.jpg");
  expect(first).not.toHaveBeenCalled();
  await act(() => root.unmount());
  expect(document.querySelector("input.dz-hidden-input")).toBeNull();
});

test("the Vue component uploads, emits, and leaves nothing behind", async () => {
  fakeService();
  const done = vi.fn();
  let shown: { client?: Client } = {};
  const app = createApp({
    render: () =>
      h(VueUpload, {
        options: OPTIONS,
        onDone: done,
        ref: (it) => {
          shown = it as unknown as { client?: Client };
        },
      }),
  });
  app.mount(place());
  shown.client?.add([photo()]);
  await storeAll(1);
  await vi.waitFor(() => expect(done).toHaveBeenCalledTimes(1));
  expect(done.mock.calls[0]?.[0].result.filePath).toBe("p1/a.jpg");
  app.unmount();
  expect(document.querySelector("input.dz-hidden-input")).toBeNull();
});
