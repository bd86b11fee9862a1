/** A message could not be formed: a template names what its call does not have, or a value cannot be written so. Nothing was sent. */
export class UnfilledTemplate extends Error {}
