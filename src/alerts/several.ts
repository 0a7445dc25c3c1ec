/** Instead of the source of a message: it concerns several. No source can be called so. */
export const SEVERAL = '*';
