import { z } from 'zod';

/**
 * What the answers of every kind hold: a bill, and the approval of a payment.
 * @param find how a kind says where something stands in an answer: `value`, one that is there or not; `text`, one that
 * may also be put together; `values`, any number of them by name; `lines`, the bills of one answer.
 */
export function answerParts<
  Value extends z.ZodType,
  Text extends z.ZodType,
  Values extends z.ZodType,
  Lines extends z.ZodType,
>({ value, text, values, lines }: { value: Value; text: Text; values: Values; lines: Lines }) {
  const Bill = z.strictObject({
    customerName: value,
    /** Absent where every unpaid period is sent. */
    outstanding: value.optional(),
    /** Absent where the biller never says how long its offer is valid. */
    validSeconds: value.optional(),
    /** What may be paid at least and at most, where the customer chooses within the biller's bounds. */
    payable: z.strictObject({ minimum: value, maximum: value }).optional(),
    /** What the payment brings back. */
    echo: values,
    details: values,
    lines: lines.optional(),
    line: z
      .strictObject({
        period: text,
        amount: value,
        /** Absent where the biller's amounts have their penalties in them. */
        penalty: value.optional(),
        details: values,
      })
      .optional(),
  });
  const Approved = z.strictObject({ reference: value, amount: value, receipt: values });
  return { Bill, Approved };
}
