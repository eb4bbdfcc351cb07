"""How a job walks its dates, and what it prints on the way: one module for each family of logs."""
