export type ReadableOption = string; export type SettableOption = string; export type OptionValue<N extends string> = N extends 'TCP_INFO' ? { state: import('../netlink/state.js').SocketState } : N extends 'SO_LINGER' ? { on: boolean; seconds: number } : any;
export type OptionValues = Readonly<Record<string, any>>;
export interface RawOption { level: number; optname: number; bytes: Uint8Array }
export interface RawRead { level: number; optname: number; length: number }
