"""What is true: values, tables and decisions. Standard library only."""
