import { z } from 'zod';
import { codesWrittenAs, profileOf } from '../profile';
import { ANSWERS, namesIn } from './answers';

const Name = z.string().regex(/^[A-Za-z0-9_]{1,32}$/, 'must be a name of letters, digits and _');
const Word = z.string().regex(/^[A-Za-z0-9._-]{1,32}$/, 'must be a word of letters, digits and . _ -');

/** What can be asked for. */
export const COMMANDS = ['buy', 'inquire', 'pay', 'status', 'balance'] as const;
export type CommandName = (typeof COMMANDS)[number];

/** The line of each answer, with `{names}` of what it tells. */
const Lines = z.strictObject(
  Object.fromEntries(Object.keys(ANSWERS).map((answer) => [answer, z.string().min(1)])) as Record<
    keyof typeof ANSWERS,
    z.ZodString
  >,
);

const TextShape = profileOf('text', {
  /** A closed one is read and checked, and serves nobody. */
  open: z.boolean(),
  path: z
    .string()
    .regex(/^\/[a-z0-9-]+(\/[a-z0-9-]+)*$/, 'must be a path such as /trx')
    .refine((path) => !/^\/(v1|health)(\/|$)/.test(path), 'is a path of another door'),
  protection: z.discriminatedUnion('kind', [
    /** The channel's secret as a parameter: only together with the channel's allow-list of addresses. */
    z.strictObject({ kind: z.literal('pin'), parameter: Name }),
    /** HMAC over the query as sent, up to the `&` before this parameter, which is the last one. */
    z.strictObject({
      kind: z.literal('hmac'),
      parameter: Name,
      algorithm: z.enum(['sha256', 'sha512']),
      encoding: z.enum(['hex', 'base64url']),
    }),
  ]),
  /** The partner's names of what we read. */
  parameters: z.strictObject({
    member: Name,
    command: Name.optional(),
    reference: Name,
    product: Name,
    customerNumber: Name,
    amount: Name.optional(),
    inquiryId: Name.optional(),
    total: Name.optional(),
  }),
  /** The partner's words for what can be asked for; what is left out cannot be. */
  commands: z.partialRecord(z.enum(COMMANDS), Word),
  /** What is meant where no command is sent. */
  commandIfNone: z.enum(COMMANDS).optional(),
  /** The partner's words for products, with the amount where it is part of the word; other words are our own. */
  products: z.record(
    Word,
    z.strictObject({
      product: z.string(),
      amount: z
        .string()
        .regex(/^[1-9]\d{0,14}$/)
        .optional(),
    }),
  ),
  answers: z.strictObject({
    mediaType: z.string().regex(/^[\w.+-]+\/[\w.+-]+(; charset=utf-8)?$/, 'must be a media type'),
    /** `always 200` for programs that read no status. */
    status: z.enum(['ours', 'always 200']),
    /** Characters that separate the parts of a line; within a value they become spaces. */
    separators: z.string(),
    lines: Lines,
    /** `{code}` where the partner has words of its own; otherwise that of ISO 8583 DE 39. */
    codes: codesWrittenAs(Word),
  }),
});

/** How a group of partners speaks one line for one GET: config/channels/<name>.yaml with `protocol: text`. */
export const TextProfile = TextShape.superRefine((profile, context) => {
  const refuse = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message });
  for (const [answer, line] of Object.entries(profile.answers.lines)) {
    const known: readonly string[] = ANSWERS[answer as keyof typeof ANSWERS];
    for (const name of namesIn(line))
      if (!known.includes(name) && !/^receipt\.\w+$/.test(name))
        refuse(['answers', 'lines', answer], `there is no {${name}} here, only ${known.join(', ')}`);
  }
  const names = [...Object.values(profile.parameters), profile.protection.parameter];
  for (const name of new Set(names))
    if (names.filter((other) => other === name).length > 1)
      refuse(['parameters'], `${name} stands for two things`);
  const { command, inquiryId, total } = profile.parameters;
  if (Object.keys(profile.commands).length > 0 && command === undefined)
    refuse(['parameters'], 'commands need a parameter `command`');
  if (command === undefined && profile.commandIfNone === undefined)
    refuse(['commandIfNone'], 'nothing can be asked for: give commands and their parameter, or this');
  const asks = [...Object.keys(profile.commands), profile.commandIfNone];
  if (asks.includes('pay') && (inquiryId === undefined || total === undefined))
    refuse(['parameters'], '`pay` needs the parameters `inquiryId` and `total`');
});
export type TextProfile = z.infer<typeof TextProfile>;
