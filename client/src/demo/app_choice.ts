/** As which app files are uploaded. */

import type { App } from "./config";
import { tag } from "./elements";

/** @param onChoose Called at once for the first. */
export function appChoice(
  fieldset: HTMLElement,
  apps: readonly App[],
  onChoose: (app: App) => void,
): void {
  apps.forEach((app, index) => {
    const input = tag("input", "apps__input");
    Object.assign(input, { type: "radio", name: "app", value: app.full_name });
    input.checked = index === 0;
    input.addEventListener("change", () => onChoose(app));
    fieldset.append(tag("label", "apps__label", input, app.full_name));
  });
  fieldset.hidden = false;
  if (apps[0]) onChoose(apps[0]);
}
