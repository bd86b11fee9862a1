import {
  applyDecorators,
  createParamDecorator,
  HttpCode,
  RequestMapping,
  RequestMethod,
  SetMetadata,
  type ExecutionContext,
  type Type,
} from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Principal } from '#lib/identity';
import type { Contract, Input as InputOf } from './contract';

/** Below which every endpoint lies. */
export const BASE_PATH = '/api/v1';

const CONTRACT = 'simpul:contract';

/** What the doorman has made of a request: read input, and who asks. */
export interface Admitted {
  contract: Contract;
  input: InputOf<Contract>;
  /** Left out where anybody may ask. */
  principal?: Principal;
}

const admitted = new WeakMap<FastifyRequest, Admitted>();

/** Makes a method of a controller the endpoint of a contract. A method without one serves nobody. */
export function Endpoint(contract: Contract): MethodDecorator {
  return applyDecorators(
    RequestMapping({ method: RequestMethod[contract.method], path: `${BASE_PATH}/${contract.path}` }),
    HttpCode(200),
    SetMetadata(CONTRACT, contract),
  );
}

/** The contract of a controller's method. */
export function contractOf(handler: object): Contract | undefined {
  return Reflect.getMetadata(CONTRACT, handler) as Contract | undefined;
}

/** The contracts of all endpoints of controllers, in their order. */
export function contractsOf(controllers: readonly Type[]): Contract[] {
  return controllers.flatMap(({ prototype }: { prototype: object }) =>
    Object.getOwnPropertyNames(prototype).flatMap((name) => {
      const method: unknown = Object.getOwnPropertyDescriptor(prototype, name)?.value;
      const contract = typeof method === 'function' ? contractOf(method) : undefined;
      return contract ? [contract] : [];
    }),
  );
}

/** Lets a request in, as its doorman has read it. */
export function admit(request: FastifyRequest, as: Admitted): void {
  admitted.set(request, as);
}

/** As what a request was let in. @throws Error where no doorman has seen it. */
export function admittedAs(request: FastifyRequest): Admitted {
  const as = admitted.get(request);
  if (!as) throw new Error('a request came past the doorman');
  return as;
}

/** What was asked, read by the endpoint's contract. */
export const Asked = createParamDecorator(
  (_: unknown, context: ExecutionContext) =>
    admittedAs(context.switchToHttp().getRequest<FastifyRequest>()).input,
);

/** Who asks. */
export const Who = createParamDecorator((_: unknown, context: ExecutionContext) => {
  const { principal } = admittedAs(context.switchToHttp().getRequest<FastifyRequest>());
  if (!principal) throw new Error('an endpoint for anybody asks who it is');
  return principal;
});
