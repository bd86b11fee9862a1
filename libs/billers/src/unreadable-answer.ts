/** The answer lacks what its spec says it has, or it is of another form: nothing in it is believed. */
export class UnreadableAnswer extends Error {}
