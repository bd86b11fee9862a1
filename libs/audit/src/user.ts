/** Who did something does not read as the name of a person; the message says what one looks like. */
export class NoUser extends Error {}

/**
 * A person's name as it is stored: one person has one name, however it is typed.
 * @throws NoUser for a text that is no e-mail address of at most 80 characters.
 */
export function userOf(typed: string): string {
  const user = typed.trim().toLowerCase();
  if (!/^[\x21-\x3f\x41-\x7e]+@[\x21-\x3f\x41-\x7e]+$/.test(user) || user.length > 80)
    throw new NoUser(`"${typed}" is no user; write an e-mail address such as ani@simpul.example`);
  return user;
}
