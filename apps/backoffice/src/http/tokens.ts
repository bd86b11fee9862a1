/** What the back office's parts are given by Nest. */
export const LOGGER = Symbol('logger');
export const FIND_LINE = Symbol('looks for a line in an archived file');
export const CONTRACTS = Symbol('contracts of all endpoints');
export const PROPOSALS = Symbol('what proposals are decided with');
