/** Injection token for what has no class of its own. */
export const HTTP_LOGGER = Symbol('HttpLogger');
