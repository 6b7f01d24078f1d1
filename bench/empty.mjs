process.exitCode = 0; // What Node itself costs to start.
