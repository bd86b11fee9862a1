import { z } from 'zod';

const Word = z.string().regex(/^[a-z][A-Za-z0-9]*$/, 'must be one word, such as adminFee');
const Type = z.enum(['n', 'an', 'ans']);
const Pad = z.enum(['zeros', 'spaces', 'none']);

const Part = z.strictObject({
  name: Word,
  type: Type,
  length: z.int().positive().max(999),
  /** Zeros before digits and spaces behind text where left out. */
  pad: Pad.optional(),
});

const Group = z.strictObject({
  group: Word,
  /** The part before it that says how often it stands. */
  count: Word,
  max: z.int().positive().max(99),
  parts: z.array(Part).min(1),
});

const Fixed = z.strictObject({
  field: z.int().min(2).max(128),
  version: z.int().positive(),
  kind: z.literal('fixed'),
  parts: z.array(z.union([Part, Group])).min(1),
});

const Tag = z.strictObject({
  name: Word,
  type: Type,
  /** The longest value. */
  max: z.int().positive().max(999),
  required: z.boolean().default(false),
});

const Tlv = z.strictObject({
  field: z.int().min(2).max(128),
  version: z.int().positive(),
  kind: z.literal('tlv'),
  tagLength: z.int().min(1).max(4),
  lengthDigits: z.int().min(1).max(3),
  tags: z.record(z.string().min(1).max(4), Tag),
  /** What a guide says of each tag. */
  meanings: z.record(z.string(), z.string()).default({}),
});

/** How the inside of one data element is laid out; versioned, since two partners may differ by one byte. */
export const LayoutShape = z.discriminatedUnion('kind', [Fixed, Tlv]).superRefine((layout, context) => {
  const refuse = (path: (string | number)[], message: string) =>
    context.addIssue({ code: 'custom', path, message });
  if (layout.kind === 'fixed') checkFixed(layout, refuse);
  else checkTlv(layout, refuse);
});

/** A sub-layout as its file says it. */
export type LayoutDefinition = z.infer<typeof LayoutShape>;
export type FixedDefinition = z.infer<typeof Fixed>;
export type TlvDefinition = z.infer<typeof Tlv>;
export type PartDefinition = z.infer<typeof Part>;
export type GroupDefinition = z.infer<typeof Group>;

type Refuse = (path: (string | number)[], message: string) => void;

function checkFixed({ parts }: FixedDefinition, refuse: Refuse): void {
  const names = new Map<string, PartDefinition | GroupDefinition>();
  for (const [index, part] of parts.entries()) {
    const name = 'group' in part ? part.group : part.name;
    if (names.has(name)) refuse(['parts', index], `${name} is named twice`);
    if ('group' in part) {
      const count = names.get(part.count);
      if (!count || 'group' in count || count.type !== 'n')
        refuse(['parts', index, 'count'], `there is no part of digits named ${part.count} before it`);
      else if (10 ** count.length <= part.max)
        refuse(['parts', index, 'max'], `${part.count} cannot say ${part.max}`);
      const inner = part.parts.map((one) => one.name);
      if (new Set(inner).size < inner.length) refuse(['parts', index, 'parts'], 'a name stands twice');
      for (const [at, one] of part.parts.entries()) checkPad(one, ['parts', index, 'parts', at], refuse);
    } else checkPad(part, ['parts', index], refuse);
    names.set(name, part);
  }
}

function checkPad({ type, pad }: PartDefinition, path: (string | number)[], refuse: Refuse): void {
  if (type === 'n' && pad === 'spaces') refuse([...path, 'pad'], 'digits are padded with zeros');
  if (type !== 'n' && pad === 'zeros') refuse([...path, 'pad'], 'text is padded with spaces');
}

function checkTlv({ tags, tagLength, lengthDigits }: TlvDefinition, refuse: Refuse): void {
  const names = new Set<string>();
  for (const [tag, { name, max }] of Object.entries(tags)) {
    if (tag.length !== tagLength) refuse(['tags', tag], `is not ${tagLength} characters long`);
    if (max >= 10 ** lengthDigits) refuse(['tags', tag, 'max'], `${lengthDigits} digits cannot say ${max}`);
    if (names.has(name)) refuse(['tags', tag, 'name'], `${name} is named twice`);
    names.add(name);
  }
}
