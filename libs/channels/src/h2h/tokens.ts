/** Injection tokens for what has no class of its own. */
export const H2H_LIMITS = Symbol('H2hLimits');
export const LOGGER = Symbol('Logger');
export const STATEMENTS = Symbol('Statements');
