import { RequestMethod, type Type } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA, ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum.js';
import { MetadataScanner } from '@nestjs/core';
import { z } from 'zod';
import { ANSWER, type Answer } from './answer.js';
import { NEED, type Need } from './needs.js';

/** A route as its decorators describe it. */
export interface Route {
  /** In lower case. */
  readonly method: string;
  /** `/api/v1/sources/:source/drift` */
  readonly path: string;
  /** Absent: refused to everybody. */
  readonly need?: Need;
  readonly answer?: Answer;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodObject;
  /** Shapes of parameters in the path, where they are not just texts. */
  readonly params: ReadonlyMap<string, z.ZodType>;
}

/** Every route of some controllers, in the order in which they are written. */
export function routesOf(controllers: readonly Type<object>[]): Route[] {
  return controllers.flatMap((controller) => {
    const prototype = controller.prototype as object;
    return new MetadataScanner().getAllMethodNames(prototype).flatMap((name) => {
      const handler: unknown = Reflect.get(prototype, name);
      if (typeof handler !== 'function') return [];
      const path = Reflect.getMetadata(PATH_METADATA, handler) as string | undefined;
      if (path === undefined) return [];
      const args = argumentsOf(controller, name);
      const query = objectOf(args, RouteParamtypes.QUERY);
      const body = objectOf(args, RouteParamtypes.BODY);
      const need = Reflect.getMetadata(NEED, handler) as Need | undefined;
      const answer = Reflect.getMetadata(ANSWER, handler) as Answer | undefined;
      const method = Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod;
      return {
        method: RequestMethod[method].toLowerCase(),
        path: joined(Reflect.getMetadata(PATH_METADATA, controller) as string, path),
        ...(need && { need }),
        ...(answer && { answer }),
        ...(query && { query }),
        ...(body && { body }),
        params: new Map(
          args.flatMap(({ type, data, schema }) =>
            type === RouteParamtypes.PARAM && data !== undefined && schema !== undefined
              ? [[data, schema]]
              : [],
          ),
        ),
      };
    });
  });
}

interface Argument {
  readonly type: RouteParamtypes | undefined;
  readonly data: string | undefined;
  readonly schema: z.ZodType | undefined;
}

const TYPES = [RouteParamtypes.PARAM, RouteParamtypes.QUERY, RouteParamtypes.BODY];

/** Nest keys its notes on parameters by `<type>:<index>`. */
function argumentsOf(controller: Type<object>, name: string): Argument[] {
  const noted: unknown = Reflect.getMetadata(ROUTE_ARGS_METADATA, controller, name);
  return Object.entries((noted ?? {}) as Record<string, { data?: unknown; schema?: unknown }>).map(
    ([key, { data, schema }]) => ({
      type: TYPES.find((type) => key.startsWith(`${type}:`)),
      data: typeof data === 'string' ? data : undefined,
      schema: schema instanceof z.ZodType ? schema : undefined,
    }),
  );
}

function objectOf(args: readonly Argument[], type: RouteParamtypes): z.ZodObject | undefined {
  const schema = args.find((argument) => argument.type === type)?.schema;
  return schema instanceof z.ZodObject ? schema : undefined;
}

function joined(...parts: readonly string[]): string {
  return `/${parts
    .flatMap((part) => part.split('/'))
    .filter(Boolean)
    .join('/')}`;
}
