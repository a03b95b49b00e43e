/** `<RenuoUpload options={…} onDone={…} />` for React 19. */

import { createElement, type Ref, useEffect, useImperativeHandle, useRef } from "react";
import { RenuoUpload as Client, type RenuoUploadOptions, type UploadEvents } from "./index";

const EVENTS = ["added", "changed", "done", "failed", "cancelled", "removed", "finished"] as const;

/** `onDone`, `onFailed`, …: each gets the detail of the event of that name. */
type Handlers = {
  [Name in keyof UploadEvents as `on${Capitalize<Name>}`]?: (detail: UploadEvents[Name]) => void;
};

/** `options` are read once, when the component is mounted; handlers may change. */
export interface RenuoUploadProps extends Handlers {
  options: RenuoUploadOptions;
  className?: string;
  /** The client underneath. */
  ref?: Ref<Client | undefined>;
}

/** The upload client as a component. */
export function RenuoUpload({ options, className, ref, ...handlers }: RenuoUploadProps) {
  const element = useRef<HTMLDivElement>(null);
  const client = useRef<Client>(undefined);
  const latest = useRef(handlers);
  latest.current = handlers;
  useImperativeHandle(ref, () => client.current);
  // biome-ignore lint/correctness/useExhaustiveDependencies: options are for the whole life
  useEffect(() => {
    if (!element.current) return;
    const made = new Client(element.current, { hiddenFields: false, ...options });
    client.current = made;
    for (const name of EVENTS) {
      made.on(name, (detail) => {
        const handler = `on${name[0]?.toUpperCase()}${name.slice(1)}` as keyof Handlers;
        (latest.current[handler] as ((detail: unknown) => void) | undefined)?.(detail);
      });
    }
    return () => made.destroy();
  }, []);
  return createElement("div", { ref: element, className });
}
