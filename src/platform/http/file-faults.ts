import { RolewatchError } from '../errors.js';

/**
 * For routes that read files which somebody may be editing this moment: a fault in them is the state of things, which
 * the caller may know, and not of the service.
 * @throws RolewatchError refused, with every fault
 */
export async function orRefused<T>(reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    if (!(error instanceof RolewatchError) || error.code !== 'config-invalid') throw error;
    throw new RolewatchError('refused', error.message, { cause: error });
  }
}
