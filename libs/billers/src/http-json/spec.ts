import { z } from 'zod';
import {
  HTTP,
  HTTP_CALL,
  namesOfHttp,
  objectionsToHttp,
  templatesToCheck,
  type HttpCall,
  type HttpSpec,
} from '../http/spec';
import { Money } from '../mapping/money';
import { mappedCalls, objectionsToCalls, productParts, type MappedSpec } from '../mapping/spec';
import { Template } from '../mapping/template';
import { COMMON } from '../spec/common';

const CALL = {
  ...HTTP_CALL,
  /** What is sent: texts, `{variables}`, and trees of them. Absent where the call has no body. */
  body: z.record(z.string(), Template).optional(),
  /** How the body is written; as JSON where left out. `none`: it is signed (a JWT), and not sent itself. */
  content: z.enum(['json', 'form', 'none']).optional(),
};

/** A call as this kind makes it. */
export type JsonCall = HttpCall & {
  body?: Record<string, Template> | undefined;
  content?: 'json' | 'form' | 'none' | undefined;
};

const calls = mappedCalls(CALL);

const HttpJsonShape = z.strictObject({
  ...COMMON,
  kind: z.literal('http-json'),
  ...HTTP,
  /**
   * HTTP statuses under which the biller says no in a body with its code, as its documentation tells. Nothing but 200 can
   * say yes; all other statuses leave all unknown.
   */
  refusesUnder: z.array(z.int().min(400).max(599)).min(1).optional(),
  /** How the biller writes amounts. */
  rupiah: Money,
  inquiry: calls.Inquiry.optional(),
  payment: calls.Payment,
  advice: calls.Advice,
  reversal: calls.Reversal.optional(),
  balance: calls.Balance.optional(),
  stamp: calls.Stamp.optional(),
  /** What single products say otherwise, by the biller's word for them. */
  products: productParts(CALL).optional(),
});

/** A biller that speaks JSON over HTTP: config/billers/<name>.yaml. A code that is not listed means "unknown". */
export const HttpJsonSpec = HttpJsonShape.superRefine((read, context) => {
  const spec: HttpJsonSpec = read;
  const refuse = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message });
  const templatesOf = (call: JsonCall) =>
    templatesToCheck(spec, call, [{ path: ['body'], template: call.body ?? {} }]);
  const found = [
    ...objectionsToHttp(spec),
    ...objectionsToCalls<JsonCall>(spec, {
      schemas: {
        inquiry: calls.Inquiry,
        payment: calls.Payment,
        advice: calls.Advice,
        reversal: calls.Reversal,
      },
      templatesOf,
      also: namesOfHttp(spec),
    }),
  ];
  for (const { path, message } of found) refuse(path, message);
  const { nothingDoneStatus } = spec.token ?? {};
  if (nothingDoneStatus !== undefined && spec.refusesUnder?.includes(nothingDoneStatus))
    refuse(['refusesUnder'], `${nothingDoneStatus} already says that the token is not good`);
});
export type HttpJsonSpec = MappedSpec<JsonCall> &
  HttpSpec & { kind: 'http-json'; refusesUnder?: number[] | undefined };
