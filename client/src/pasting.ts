/** Takes files that are pasted on the page. */

const listening: HTMLElement[] = [];

/**
 * Calls `add` with the files of a paste that is meant for `root`.
 *
 * That is one with the focus in it; else, where nothing that can be written in has the focus, the
 * page's first one. Returns what stops it.
 */
export function onPaste(root: HTMLElement, add: (files: File[]) => void): () => void {
  const paste = (event: ClipboardEvent) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (!files.length || event.defaultPrevented || !isFor(root, event.target)) return;
    event.preventDefault();
    add(files);
  };
  listening.push(root);
  document.addEventListener("paste", paste);
  return () => {
    listening.splice(listening.indexOf(root), 1);
    document.removeEventListener("paste", paste);
  };
}

function isFor(root: HTMLElement, target: EventTarget | null): boolean {
  const at = target instanceof Element ? target : document.body;
  const holder = listening.find((element) => element.contains(at));
  if (holder) return holder === root;
  return listening[0] === root && !at.closest("input, textarea, [contenteditable]");
}
