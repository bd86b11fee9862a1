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

const XmlName = z.string().regex(/^[A-Za-z_][\w.-]*$/, 'must be the local name of an XML element');

const CALL = {
  ...HTTP_CALL,
  /** The request element of SOAP, or the method's name of XML-RPC. */
  request: XmlName,
  /** The element that answers it, of SOAP. */
  response: XmlName.optional(),
  /** What SOAP sends in the header SOAPAction. */
  action: z.string().optional(),
  /** The members of a SOAP request, in their order; or the parameters of XML-RPC, by position. */
  body: z.union([z.record(XmlName, Template), z.array(Template)]),
};

/** A call as this kind makes it. */
export type XmlCall = HttpCall & {
  request: string;
  response?: string | undefined;
  action?: string | undefined;
  body: Record<string, Template> | Template[];
};

const calls = mappedCalls(CALL);

const XmlShape = z.strictObject({
  ...COMMON,
  kind: z.literal('xml'),
  protocol: z.enum(['soap', 'xml-rpc']),
  ...HTTP,
  /** Of the elements of a SOAP request. */
  namespace: z.string().optional(),
  /** What stands in the Header of every SOAP request, by local name. */
  soapHeader: z.record(XmlName, Template).optional(),
  /** How the biller writes amounts; XML knows texts only. */
  rupiah: Money.extract(['string', 'sen-string', 'decimal-string']),
  inquiry: calls.Inquiry.optional(),
  payment: calls.Payment,
  advice: calls.Advice,
  reversal: calls.Reversal.optional(),
  balance: calls.Balance.optional(),
  products: productParts(CALL).optional(),
});

/** A biller that speaks SOAP 1.1 or XML-RPC: config/billers/<name>.yaml. A code that is not listed means "unknown". */
export const XmlSpec = XmlShape.superRefine((read, context) => {
  const spec: XmlSpec = read;
  const templatesOf = (call: XmlCall) =>
    templatesToCheck(spec, call, [
      { path: ['body'], template: call.body },
      { path: ['soapHeader'], template: spec.soapHeader ?? {} },
    ]);
  const found = [
    ...objectionsToHttp(spec),
    ...objectionsToProtocol(spec),
    ...objectionsToCalls<XmlCall>(spec, {
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
  for (const { path, message } of found) context.addIssue({ code: 'custom', path, message });
});
export type XmlSpec = MappedSpec<XmlCall> &
  HttpSpec & {
    kind: 'xml';
    protocol: 'soap' | 'xml-rpc';
    namespace?: string | undefined;
    soapHeader?: Record<string, Template> | undefined;
  };

function objectionsToProtocol(spec: XmlSpec): { path: string[]; message: string }[] {
  const isSoap = spec.protocol === 'soap';
  const found: { path: string[]; message: string }[] = [];
  if (isSoap && spec.namespace === undefined)
    found.push({ path: ['namespace'], message: 'is needed: the namespace of the request’s elements' });
  for (const name of ['inquiry', 'payment', 'advice', 'reversal'] as const) {
    const call = spec[name];
    if (!call) continue;
    if (isSoap && call.response === undefined)
      found.push({
        path: [name, 'response'],
        message: 'is needed: the local name of the element that answers',
      });
    if (isSoap === Array.isArray(call.body))
      found.push({
        path: [name, 'body'],
        message: isSoap ? 'must be members by name' : 'must be a list: parameters go by position',
      });
  }
  return found;
}
