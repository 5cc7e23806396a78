import { compiled } from '../../package.js';

/** What runs in processes of its own; each file says what it does. */
export const programs = {
  agent: compiled('claims/programs/agent.cjs'),
  carelessEcho: compiled('claims/programs/careless-echo.cjs'),
  echoServer: compiled('claims/programs/echo-server.cjs'),
  holder: compiled('claims/programs/holder.cjs'),
  nodeServers: compiled('claims/programs/node-servers.cjs'),
} as const;
