/** Keeps the focus near where it was when its button disappears. */

/** What has the focus in `part`; looks into shadow roots, where `document` does not. */
export function focusedIn(part: HTMLElement): HTMLElement | undefined {
  const { activeElement } = part.getRootNode() as Document | ShadowRoot;
  return part.contains(activeElement)
    ? ((activeElement as HTMLElement | null) ?? undefined)
    : undefined;
}

/**
 * Whether what had the focus has been hidden since.
 *
 * It has to be asked for before: some browsers take the focus off what is hidden at once, others
 * with the next frame.
 */
export function isHidden(focused: HTMLElement | undefined): boolean {
  return !!focused?.closest("[hidden]");
}

/** Focuses what cannot be reached by Tab: a row, for example. */
export function focusOn(part: HTMLElement): void {
  if (part.tagName !== "BUTTON") part.tabIndex = -1;
  part.focus({ preventScroll: true });
}
