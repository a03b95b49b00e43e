/** The entry of the single-file script: `window.RenuoUpload` is the class itself. */

import { defineElement, RenuoUpload } from "./index";

const STYLES = "renuo-upload.css";

/** A page that changes only its script tag gets the style sheet that lies beside the script. */
function addStyles(script: HTMLScriptElement | SVGScriptElement | null): void {
  if (!(script instanceof HTMLScriptElement) || !script.src || "noStyles" in script.dataset) return;
  if (document.querySelector(`link[rel~="stylesheet"][href*="${STYLES}"]`)) return;
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = new URL(STYLES, script.src).href;
  // In front: what the page says of our elements comes later, and holds.
  document.head.prepend(link);
}

addStyles(document.currentScript);
defineElement();

export default RenuoUpload;
