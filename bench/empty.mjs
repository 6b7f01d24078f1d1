// What Node itself costs to start.
