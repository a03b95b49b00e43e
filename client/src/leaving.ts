/** Asks before a page is left while files are on their way. */

/** Listens while it is told that there are some. */
export class LeaveGuard {
  #isOn = false;

  /** @param isBusy Whether files are on their way. */
  set(isBusy: boolean): void {
    if (isBusy === this.#isOn) return;
    this.#isOn = isBusy;
    // Only while it is needed: a page with such a listener is not kept for the Back button.
    if (isBusy) window.addEventListener("beforeunload", ask);
    else window.removeEventListener("beforeunload", ask);
  }
}

function ask(event: BeforeUnloadEvent): void {
  event.preventDefault(); // the browser asks in words of its own
}
