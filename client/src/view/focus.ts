/** Keeps the focus near where it was when its button disappears. */

/** Whether the focus is in `part`; looks into shadow roots, where `document` does not. */
export function hasFocus(part: HTMLElement): boolean {
  const { activeElement } = part.getRootNode() as Document | ShadowRoot;
  return part.contains(activeElement ?? null) && activeElement !== null;
}

/** Focuses what cannot be reached by Tab: a row, for example. */
export function focusOn(part: HTMLElement): void {
  if (part.tagName !== "BUTTON") part.tabIndex = -1;
  part.focus({ preventScroll: true });
}
