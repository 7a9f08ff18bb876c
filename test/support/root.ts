import { fileURLToPath } from "node:url";

/** The project's root, seen from build/test/support. */
export const root = fileURLToPath(new URL("../../../", import.meta.url));
