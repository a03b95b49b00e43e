/** `<RenuoUpload :options="…" @done="…" />` for Vue 3. */

import { defineComponent, h, onBeforeUnmount, onMounted, type PropType, shallowRef } from "vue";
import { RenuoUpload as Client, type RenuoUploadOptions, type UploadEvents } from "./index";

const EVENTS = ["added", "changed", "done", "failed", "cancelled", "removed", "finished"] as const;

/** The upload client as a component; `client` of its template ref is the client underneath. */
export const RenuoUpload = defineComponent({
  name: "RenuoUpload",
  props: {
    /** Read once, when the component is mounted. */
    options: { type: Object as PropType<RenuoUploadOptions>, required: true },
  },
  emits: Object.fromEntries(EVENTS.map((name) => [name, null])) as unknown as {
    [Name in keyof UploadEvents]: (detail: UploadEvents[Name]) => true;
  },
  setup(props, { emit, expose }) {
    const element = shallowRef<HTMLElement>();
    const client = shallowRef<Client>();
    expose({ client });
    onMounted(() => {
      if (!element.value) return;
      const made = new Client(element.value, { hiddenFields: false, ...props.options });
      client.value = made;
      for (const name of EVENTS) {
        made.on(name, (detail) => (emit as (name: string, detail: unknown) => void)(name, detail));
      }
    });
    onBeforeUnmount(() => client.value?.destroy());
    return () => h("div", { ref: element });
  },
});
