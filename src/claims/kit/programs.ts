import { compiled } from '../../package.js';

/** What runs in processes of its own; each file says what it does. */
export const programs = {
  agent: compiled('claims/programs/agent.js'),
  carelessEcho: compiled('claims/programs/careless-echo.js'),
  echoServer: compiled('claims/programs/echo-server.js'),
  holder: compiled('claims/programs/holder.js'),
  nodeServers: compiled('claims/programs/node-servers.js'),
} as const;
