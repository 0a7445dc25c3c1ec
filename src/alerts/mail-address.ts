/** One address, in full: nothing in it may end a header or name a second recipient. */
export const ADDRESS =
  /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*$/;
export const ONE_ADDRESS =
  'must be one mail address such as security@example.com, in ASCII letters, without a name or a comma';
