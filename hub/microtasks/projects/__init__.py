"""Task projects: tasks from a file, instructions, forms, budget."""
