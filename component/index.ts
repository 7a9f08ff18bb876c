export type { About } from "./about.js";
export { type Config, ConfigError, readConfig } from "./config.js";
export type { Environment } from "./environment.js";
export { LinkError, type LinkErrorCondition } from "./errors.js";
export { Link, type LinkEvents, type LinkOptions } from "./link.js";
export { RequestError, type Responder } from "./requests.js";
