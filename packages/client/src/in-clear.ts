/** Whether a token sent there could be read on the way: plain http to anywhere but this computer. */
export const goesInClear = ({ protocol, hostname }: URL): boolean =>
  protocol !== 'https:' && hostname !== 'localhost' && hostname !== '[::1]' && !/^127(\.\d+){3}$/.test(hostname)
