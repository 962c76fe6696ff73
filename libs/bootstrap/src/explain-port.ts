/** Turns the error of a port that cannot be used into one line that names the variable to change. */
export const explainPort =
  (variable: string, port: number, host: string) =>
  (error: unknown): never => {
    const { code } = error as { code?: string };
    if (code === 'EADDRINUSE') {
      throw new Error(`Port ${port} on ${host} is in use. Set ${variable} to a free one.`);
    }
    if (code === 'EACCES') {
      throw new Error(`Port ${port} on ${host} is not allowed here. Set ${variable} to one above 1023.`);
    }
    throw error;
  };
