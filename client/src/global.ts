/** The entry of the single-file script: `window.RenuoUpload` is the class itself. */

import { RenuoUpload } from "./index";

export default RenuoUpload;
